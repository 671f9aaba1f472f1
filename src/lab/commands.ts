import { CommandToolbarButton, MainAreaWidget } from '@jupyterlab/apputils';
import { infoIcon, launchIcon, refreshIcon } from '@jupyterlab/ui-components';

import { showDetails } from './details';
import { askTitle } from './dialogs';
import { desktopIcon, fullScreenIcon, keysIcon } from './icons';
import { nameFor } from '../viewer/titles';
import { Desktop } from '../tokens';
import { DesktopWidget } from './widget';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IQualityChoice } from '../viewer/quality';
import type { IDesktopManager, IDesktopTracker } from '../tokens';

export namespace CommandIDs {
  export const open = 'vnc:open';
  export const create = 'vnc:new';
  export const start = 'vnc:start';
  export const stop = 'vnc:stop';
  export const restart = 'vnc:restart';
  export const renameTitle = 'vnc:rename-title';
  export const anotherView = 'vnc:another-view';
  export const showLog = 'vnc:show-log';
  export const setDisplay = 'vnc:set-display';
  export const details = 'vnc:show-details';
  export const fullScreen = 'vnc:full-screen';
  export const popOut = 'vnc:pop-out';
  export const ctrlAltDel = 'vnc:ctrl-alt-del';
  export const reconnect = 'vnc:reconnect';
}

export type DesktopPanel = MainAreaWidget<DesktopWidget>;

/** What the commands work on. */
export interface ICommandContext {
  app: JupyterFrontEnd;
  manager: IDesktopManager;
  trans: TranslationBundle;
}

export interface IPanelContext extends ICommandContext {
  tracker: WidgetTracker<DesktopPanel>;
  /** The quality that people chose. */
  quality: () => IQualityChoice;
}

/** `vnc:open` where desktops are panels. */
export function addOpenPanel(context: IPanelContext): void {
  const { app, tracker, trans } = context;
  app.commands.addCommand(CommandIDs.open, {
    label: args => openLabel(args, trans),
    caption: trans.__('Open a Linux desktop'),
    icon: args => (args.isPalette ? undefined : desktopIcon),
    describedBy: { args: openArguments },
    execute: args => {
      const name = nameOf(args);
      const view = typeof args.view === 'number' ? args.view : null;
      const shown = tracker.find(
        ({ content }) => content.session.name === name && (view === null || content.view === view)
      );
      if (shown !== undefined && args.newPanel !== true) {
        const { session } = shown.content;
        if (session.status.phase === 'stopped' && args.start !== false) {
          session.start();
        }
        app.shell.activateById(shown.id);
        return shown;
      }
      performance.mark('vnc:open');
      return addPanel(context, {
        name,
        view: view ?? freeView(tracker, name),
        title: typeof args.title === 'string' ? args.title : '',
        start: args.start !== false
      });
    }
  });
}

/** `vnc:open` where there are no panels: the plain page, in a tab of the browser. */
export function addOpenPage({ app, manager, trans }: ICommandContext): void {
  app.commands.addCommand(CommandIDs.open, {
    label: args => openLabel(args, trans),
    caption: trans.__('Open a Linux desktop in a new browser tab'),
    icon: args => (args.isPalette ? undefined : desktopIcon),
    describedBy: { args: openArguments },
    execute: args => {
      window.open(manager.api.pageURL(nameOf(args)), '_blank', 'noopener');
    }
  });
}

/** Finds the panel that a command is about: by its id, by the tab of a context menu, or else the current one. */
export function panelFinder(app: JupyterFrontEnd, tracker: IDesktopTracker) {
  return (args: ReadonlyPartialJSONObject): DesktopPanel | null => {
    const tab = args.fromTab === true ? app.contextMenuHitTest(node => node.dataset.id !== undefined) : undefined;
    const id = tab?.dataset.id ?? args.id;
    return tracker.find(panel => panel.id === id) ?? tracker.currentWidget;
  };
}

/** The commands of a panel; `id` names the panel, or else they work on the current one. */
export function addPanelCommands({ app, manager, tracker, trans }: IPanelContext): void {
  const { commands } = app;
  const panelOf = panelFinder(app, tracker);
  const contentOf = (args: ReadonlyPartialJSONObject) => panelOf(args)?.content;
  const describedBy = { args: panelArguments };

  commands.addCommand(CommandIDs.fullScreen, {
    label: trans.__('Full Screen Desktop'),
    caption: trans.__('Show the desktop in full screen; hold Escape to come back'),
    icon: fullScreenIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined && document.fullscreenEnabled,
    isToggled: args => contentOf(args)?.screen.fullScreen.isOn ?? false,
    execute: async args => {
      const screen = contentOf(args)?.screen;
      await screen?.fullScreen.toggle();
      screen?.focus();
    }
  });
  commands.addCommand(CommandIDs.popOut, {
    label: args => (args.fromTab ? trans.__('Pop Out') : trans.__('Pop Out Desktop')),
    caption: trans.__('Show the desktop in a window of its own'),
    icon: launchIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: args => {
      const content = contentOf(args);
      if (content !== undefined) {
        const { name } = content.session;
        const { clientWidth, clientHeight } = content.node;
        const features = `popup,width=${clientWidth},height=${clientHeight}`;
        window.open(manager.api.pageURL(name), `jupyter-desktop-${name}`, features);
      }
    }
  });
  commands.addCommand(CommandIDs.anotherView, {
    label: args => (args.fromTab ? trans.__('Open Another View') : trans.__('Open Another View of Desktop')),
    caption: trans.__('Show the same desktop in another panel'),
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: args => {
      const name = contentOf(args)?.session.name;
      return name && commands.execute(CommandIDs.open, { name, start: false, newPanel: true });
    }
  });
  commands.addCommand(CommandIDs.renameTitle, {
    label: args => (args.fromTab ? trans.__('Rename Tab…') : trans.__('Rename Tab of Desktop…')),
    caption: trans.__('Give the tab another title; the desktop keeps its name'),
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: async args => {
      const content = contentOf(args);
      const title = content && (await askTitle(content.ownTitle || nameFor(content.session.name, trans), trans));
      if (content && typeof title === 'string') {
        content.ownTitle = title === nameFor(content.session.name, trans) ? '' : title;
      }
    }
  });
  commands.addCommand(CommandIDs.details, {
    label: args => (args.fromTab ? trans.__('Show Connection') : trans.__('Show Connection of Desktop')),
    caption: trans.__('Show how this desktop is connected'),
    icon: infoIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: async args => {
      const session = contentOf(args)?.session;
      if (session !== undefined) {
        await showDetails(session, manager.api.door, trans);
      }
    }
  });
  commands.addCommand(CommandIDs.ctrlAltDel, {
    label: trans.__('Send Ctrl-Alt-Del to Desktop'),
    caption: trans.__('Send Ctrl-Alt-Del'),
    icon: keysIcon,
    describedBy,
    isEnabled: args => contentOf(args)?.session.status.connected ?? false,
    execute: args => contentOf(args)?.screen.sendCtrlAltDel()
  });
  commands.addCommand(CommandIDs.reconnect, {
    label: trans.__('Reconnect Desktop'),
    caption: trans.__('Connect to the desktop anew'),
    icon: refreshIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: args => contentOf(args)?.session.reconnect()
  });
}

interface IPanelOptions {
  name: string;
  view: number;
  title: string;
  start: boolean;
}

async function addPanel(context: IPanelContext, { name, view, title, start }: IPanelOptions): Promise<DesktopPanel> {
  const { app, manager, tracker, trans, quality } = context;
  const session = manager.connectTo(name);
  const content = new DesktopWidget({ session, trans, quality: quality(), view, title });
  const panel = new MainAreaWidget({ content });
  panel.id = `jp-desktop-${++panels}`;
  fillToolbar(panel, app.commands);
  const update = () => {
    for (const id of [CommandIDs.fullScreen, CommandIDs.ctrlAltDel]) {
      app.commands.notifyCommandChanged(id);
    }
  };
  session.statusChanged.connect(update);
  content.screen.fullScreen.changed.connect(update);
  content.renamed.connect(() => void tracker.save(panel));
  if (start) {
    session.start();
  } else {
    session.attach();
  }
  app.shell.add(panel, 'main', { type: 'Desktop' });
  app.shell.activateById(panel.id);
  await tracker.add(panel);
  return panel;
}

/** The smallest number that no view of a desktop has yet, for layouts to tell them apart. */
function freeView(tracker: IDesktopTracker, name: string): number {
  const taken = new Set<number>();
  tracker.forEach(({ content }) => {
    if (content.session.name === name) {
      taken.add(content.view);
    }
  });
  let view = 1;
  while (taken.has(view)) {
    view++;
  }
  return view;
}

function fillToolbar(panel: DesktopPanel, commands: CommandRegistry): void {
  panel.toolbar.addClass('jp-Desktop-toolbar');
  for (const id of [
    CommandIDs.fullScreen,
    CommandIDs.popOut,
    CommandIDs.ctrlAltDel,
    CommandIDs.reconnect,
    CommandIDs.details
  ]) {
    const args = { id: panel.id };
    panel.toolbar.addItem(id, new CommandToolbarButton({ commands, id, args, label: '' }));
  }
}

function openLabel(args: ReadonlyPartialJSONObject, trans: TranslationBundle): string {
  return args.isPalette ? trans.__('Open Desktop') : trans.__('Desktop');
}

function nameOf(args: ReadonlyPartialJSONObject): string {
  return typeof args.name === 'string' ? args.name : Desktop.DEFAULT_NAME;
}

const openArguments = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'The name of the desktop; the default one without' },
    start: { type: 'boolean', description: 'Whether to start it where it does not run' },
    newPanel: { type: 'boolean', description: 'Whether to open another panel where one shows it already' },
    view: { type: 'number', description: 'Which of the panels that show it' },
    title: { type: 'string', description: 'A title for the tab' },
    isPalette: { type: 'boolean', description: 'Whether the command is shown in the palette' }
  }
};

/** What names a panel, or its desktop. */
export const panelArguments = {
  type: 'object',
  properties: {
    fromTab: { type: 'boolean', description: 'Whether the context menu of a tab names the panel' },
    id: { type: 'string', description: 'The id of the panel; the current one without' }
  }
};

let panels = 0;
