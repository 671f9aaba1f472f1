import { Desktop } from '../../model';
import { labelFor } from '../../viewer/titles';
import { confirmDataLoss, showProblem } from '../dialogs';
import { desktopIcon } from '../icons';
import { askNewDesktop } from '../newdesktop';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDesktopTracker } from '../../tokens';
import type { ICommandContext } from './context';

export interface ILifecycleContext extends ICommandContext {
  tracker: IDesktopTracker;
}

/** Add the commands that create, start and stop desktops; they act on the desktop `name`, or on the panel's. */
export function addLifecycleCommands(context: ILifecycleContext): void {
  const { app, manager, trans } = context;
  const { commands } = app;
  commands.addCommand(CommandIDs.create, {
    label: trans.__('New Desktop…'),
    caption: trans.__('Create another desktop and open it'),
    icon: args => (args.isPalette ? undefined : desktopIcon),
    describedBy: { args: newArguments },
    execute: async () => {
      const model = await askNewDesktop(manager, trans);
      if (model !== null) {
        await commands.execute(CommandIDs.open, { name: model.name });
      }
    }
  });
  addAction(context, {
    id: CommandIDs.start,
    label: trans.__('Start Desktop'),
    shortLabel: trans.__('Start'),
    caption: trans.__('Start the desktop'),
    applies: alive => !alive,
    execute: name => manager.start(name)
  });
  addAction(context, {
    id: CommandIDs.stop,
    label: trans.__('Stop Desktop…'),
    shortLabel: trans.__('Stop…'),
    caption: trans.__('Stop the desktop and all its programs'),
    applies: alive => alive,
    confirm: title => confirmDataLoss(trans.__('Stop "%1"?', title), trans.__('Stop'), trans),
    execute: name => manager.stop(name)
  });
  addAction(context, {
    id: CommandIDs.restart,
    label: trans.__('Restart Desktop…'),
    shortLabel: trans.__('Restart…'),
    caption: trans.__('Stop the desktop and all its programs, and start it again'),
    applies: alive => alive,
    confirm: title => confirmDataLoss(trans.__('Restart "%1"?', title), trans.__('Restart'), trans),
    execute: name => manager.restart(name)
  });
  const update = () => {
    for (const id of [CommandIDs.start, CommandIDs.stop, CommandIDs.restart]) {
      commands.notifyCommandChanged(id);
    }
  };
  manager.changed.connect(update);
  context.tracker.currentChanged.connect(update);
}

interface IAction {
  id: string;
  label: string;
  /** The label in the context menu of a tab. */
  shortLabel: string;
  caption: string;
  /** Whether the action applies, given whether the desktop starts or runs. */
  applies: (alive: boolean) => boolean;
  confirm?: (title: string) => Promise<boolean>;
  execute: (name: string) => Promise<unknown>;
}

function addAction({ app, manager, tracker, trans }: ILifecycleContext, action: IAction): void {
  const nameOf = (args: ReadonlyPartialJSONObject) =>
    typeof args.name === 'string'
      ? args.name
      : (findPanel(app, tracker, args)?.content.connection.name ?? Desktop.DEFAULT_NAME);
  app.commands.addCommand(action.id, {
    label: args => (args.fromTab ? action.shortLabel : action.label),
    caption: action.caption,
    describedBy: { args: actionArguments },
    isEnabled: args => {
      const model = manager.desktops().find(({ name }) => name === nameOf(args));
      // Through jupyter-server-proxy, a desktop can be started but not stopped.
      const isSupported = manager.api.route === 'extension' || action.id === CommandIDs.start;
      return isSupported && model !== undefined && action.applies(Desktop.isAlive(model));
    },
    execute: async args => {
      const name = nameOf(args);
      const title = labelFor(name, trans);
      if (action.confirm !== undefined && args.confirmed !== true && !(await action.confirm(title))) {
        return;
      }
      try {
        await action.execute(name);
      } catch (error) {
        await showProblem(title, error, trans);
      }
    }
  });
}

const newArguments = {
  type: 'object',
  properties: {
    isPalette: { type: 'boolean', description: 'Whether the command is in the command palette' }
  }
};

const actionArguments = {
  ...panelArguments,
  properties: {
    ...panelArguments.properties,
    name: { type: 'string', description: "The name of the desktop; defaults to the panel's desktop" },
    confirmed: { type: 'boolean', description: 'Whether the user has already confirmed' }
  }
};
