import { CommandIDs, panelArguments, panelFinder } from './commands';
import { confirmLoss, showProblem } from './dialogs';
import { desktopIcon } from './icons';
import { askNewDesktop } from './newdesktop';
import { nameFor } from '../viewer/titles';
import { Desktop } from '../tokens';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ICommandContext } from './commands';
import type { IDesktopTracker } from '../tokens';

export interface ILifecycleContext extends ICommandContext {
  tracker: IDesktopTracker;
}

/** The commands that make, start and stop desktops; `name` names one, or else they work on the current panel's. */
export function addLifecycleCommands(context: ILifecycleContext): void {
  const { app, manager, trans } = context;
  const { commands } = app;
  commands.addCommand(CommandIDs.create, {
    label: trans.__('New Desktop…'),
    caption: trans.__('Choose what another desktop is made of, and open it'),
    icon: args => (args.isPalette ? undefined : desktopIcon),
    describedBy: { args: newArguments },
    execute: async () => {
      const model = await askNewDesktop(manager, trans);
      if (model !== null) {
        await commands.execute(CommandIDs.open, { name: model.name });
      }
    }
  });
  addVerb(context, {
    id: CommandIDs.start,
    label: trans.__('Start Desktop'),
    short: trans.__('Start'),
    caption: trans.__('Start the desktop again'),
    suits: alive => !alive,
    execute: name => manager.start(name)
  });
  addVerb(context, {
    id: CommandIDs.stop,
    label: trans.__('Stop Desktop…'),
    short: trans.__('Stop…'),
    caption: trans.__('End the desktop and all programs on it'),
    suits: alive => alive,
    confirm: title => confirmLoss(trans.__('Stop "%1"?', title), trans.__('Stop'), trans),
    execute: name => manager.stop(name)
  });
  addVerb(context, {
    id: CommandIDs.restart,
    label: trans.__('Restart Desktop…'),
    short: trans.__('Restart…'),
    caption: trans.__('End the desktop and all programs on it, and start it again'),
    suits: alive => alive,
    confirm: title => confirmLoss(trans.__('Restart "%1"?', title), trans.__('Restart'), trans),
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

interface IVerb {
  id: string;
  label: string;
  /** The label where the tab says what it is about. */
  short: string;
  caption: string;
  /** Whether there is something to do, by whether the desktop starts or runs. */
  suits: (alive: boolean) => boolean;
  confirm?: (title: string) => Promise<boolean>;
  execute: (name: string) => Promise<unknown>;
}

function addVerb({ app, manager, tracker, trans }: ILifecycleContext, verb: IVerb): void {
  const panelOf = panelFinder(app, tracker);
  const nameOf = (args: ReadonlyPartialJSONObject) =>
    typeof args.name === 'string' ? args.name : (panelOf(args)?.content.session.name ?? Desktop.DEFAULT_NAME);
  app.commands.addCommand(verb.id, {
    label: args => (args.fromTab ? verb.short : verb.label),
    caption: verb.caption,
    describedBy: { args: verbArguments },
    isEnabled: args => {
      const model = manager.desktops().find(({ name }) => name === nameOf(args));
      // jupyter-server-proxy's door lets nobody stop a desktop.
      const able = manager.api.door === 'extension' || verb.id === CommandIDs.start;
      return able && model !== undefined && verb.suits(model.phase === 'starting' || model.phase === 'running');
    },
    execute: async args => {
      const name = nameOf(args);
      const title = nameFor(name, trans);
      if (verb.confirm !== undefined && args.confirmed !== true && !(await verb.confirm(title))) {
        return;
      }
      try {
        await verb.execute(name);
      } catch (error) {
        await showProblem(title, error, trans);
      }
    }
  });
}

const newArguments = {
  type: 'object',
  properties: {
    isPalette: { type: 'boolean', description: 'Whether the command is shown in the palette' }
  }
};

const verbArguments = {
  ...panelArguments,
  properties: {
    ...panelArguments.properties,
    name: { type: 'string', description: "The desktop's name; without it, the panel's" },
    confirmed: { type: 'boolean', description: 'Whether the person was asked already' }
  }
};
