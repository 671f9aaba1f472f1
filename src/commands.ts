import { CommandToolbarButton, MainAreaWidget } from '@jupyterlab/apputils';
import { launchIcon, refreshIcon } from '@jupyterlab/ui-components';

import { desktopIcon, fullScreenIcon, keysIcon } from './icons';
import { Desktop } from './tokens';
import { DesktopWidget } from './widget';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { RemoteScreen } from './rfb';
import type { IDesktopManager } from './tokens';

export namespace CommandIDs {
  export const open = 'vnc:open';
  export const fullScreen = 'vnc:full-screen';
  export const popOut = 'vnc:pop-out';
  export const ctrlAltDel = 'vnc:ctrl-alt-del';
  export const reconnect = 'vnc:reconnect';
}

type DesktopPanel = MainAreaWidget<DesktopWidget>;

/** What the commands work on. */
export interface ICommandContext {
  app: JupyterFrontEnd;
  manager: IDesktopManager;
  trans: TranslationBundle;
}

export interface IPanelContext extends ICommandContext {
  tracker: WidgetTracker<DesktopPanel>;
  /** The quality that people chose. */
  quality: () => RemoteScreen.IQuality;
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
      const shown = tracker.find(panel => panel.content.session.name === name);
      if (shown !== undefined) {
        const { session } = shown.content;
        if (session.status.phase === 'stopped') {
          session.start();
        }
        app.shell.activateById(shown.id);
        return;
      }
      performance.mark('vnc:open');
      return addPanel(context, name, args.start !== false);
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

/** The commands of a panel; `id` names the panel, or else they work on the current one. */
export function addPanelCommands({ app, manager, tracker, trans }: IPanelContext): void {
  const { commands } = app;
  const panelOf = (args: ReadonlyPartialJSONObject) =>
    tracker.find(panel => panel.id === args.id) ?? tracker.currentWidget;
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
    label: trans.__('Pop Out Desktop'),
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

async function addPanel(context: IPanelContext, name: string, start: boolean): Promise<DesktopPanel> {
  const { app, manager, tracker, trans, quality } = context;
  const session = manager.connectTo(name);
  const content = new DesktopWidget({ session, trans, quality: quality() });
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

function fillToolbar(panel: DesktopPanel, commands: CommandRegistry): void {
  panel.toolbar.addClass('jp-Desktop-toolbar');
  for (const id of [
    CommandIDs.fullScreen,
    CommandIDs.popOut,
    CommandIDs.ctrlAltDel,
    CommandIDs.reconnect
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
    isPalette: { type: 'boolean', description: 'Whether the command is shown in the palette' }
  }
};

const panelArguments = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'The id of the panel; the current one without' }
  }
};

let panels = 0;
