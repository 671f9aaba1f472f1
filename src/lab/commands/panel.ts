import { infoIcon, launchIcon, pasteIcon, refreshIcon, shareIcon } from '@jupyterlab/ui-components';

import { mayControl } from '../../services/status';
import { showDetails } from '../details';
import { askTitle } from '../dialogs';
import { fullScreenIcon, keysIcon } from '../icons';
import { showShare } from '../share';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';
import { addMonitorCommands } from './monitor';
import { addPointerCommands } from './pointer';
import { addSendKeys } from './sendkeys';
import { addSettingsCommands } from './settings';
import { addSoundCommand } from './sound';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IPanelContext } from './context';

/** Add the commands that act on a panel: the one that the arguments select. */
export function addPanelCommands(context: IPanelContext): void {
  const { app, manager, tracker, trans } = context;
  const { commands } = app;
  const contentOf = (args: ReadonlyPartialJSONObject) => findPanel(app, tracker, args)?.content;
  const describedBy = { args: panelArguments };

  commands.addCommand(CommandIDs.fullScreen, {
    label: trans.__('Full Screen Desktop'),
    caption: trans.__('Show the desktop in full screen; hold Escape to leave'),
    icon: fullScreenIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined && document.fullscreenEnabled,
    isToggled: args => contentOf(args)?.viewer.fullScreen.isOn ?? false,
    execute: async args => {
      const viewer = contentOf(args)?.viewer;
      await viewer?.fullScreen.toggle();
      viewer?.focus();
    }
  });
  commands.addCommand(CommandIDs.popOut, {
    label: args => (args.fromTab ? trans.__('Pop Out') : trans.__('Pop Out Desktop')),
    caption: trans.__('Show the desktop in its own window'),
    icon: launchIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: args => {
      const content = contentOf(args);
      if (content !== undefined) {
        const { name } = content.connection;
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
      const name = contentOf(args)?.connection.name;
      return name && commands.execute(CommandIDs.open, { name, start: false, newPanel: true });
    }
  });
  commands.addCommand(CommandIDs.renameTitle, {
    label: args => (args.fromTab ? trans.__('Rename Tab…') : trans.__('Rename Tab of Desktop…')),
    caption: trans.__('Change the title of the tab; the desktop keeps its name'),
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: async args => {
      const content = contentOf(args);
      const title = content && (await askTitle(content.customTitle || content.usualTitle, trans));
      if (content && typeof title === 'string') {
        content.customTitle = title === content.usualTitle ? '' : title;
      }
    }
  });
  commands.addCommand(CommandIDs.details, {
    label: args => (args.fromTab ? trans.__('Show Connection') : trans.__('Show Connection of Desktop')),
    caption: trans.__('Show details of the connection to the desktop'),
    icon: infoIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: async args => {
      const connection = contentOf(args)?.connection;
      if (connection !== undefined) {
        await showDetails(connection, manager.api.route, trans);
      }
    }
  });
  commands.addCommand(CommandIDs.share, {
    label: args => (args.fromTab ? trans.__('Share…') : trans.__('Share Desktop…')),
    caption: trans.__('Let others see or control the desktop, and see who is connected'),
    icon: shareIcon,
    describedBy,
    isEnabled: args => {
      const status = contentOf(args)?.connection.status;
      return manager.api.route === 'extension' && status !== undefined && mayControl(status);
    },
    execute: async args => {
      const content = contentOf(args);
      if (content !== undefined) {
        const { fullScreen } = content.viewer;
        if (fullScreen.isOn) {
          // The dialog is outside of the element in full screen.
          await fullScreen.toggle();
        }
        await showShare(content.connection, manager.api, trans);
      }
    }
  });
  commands.addCommand(CommandIDs.sendClipboard, {
    label: trans.__('Send Clipboard to Desktop'),
    caption: trans.__('Send the text of the browser’s clipboard to the desktop, to paste it with any key or menu'),
    icon: pasteIcon,
    describedBy,
    isEnabled: args => contentOf(args)?.connection.status.rights.includes('clipboard-in') ?? false,
    execute: args => contentOf(args)?.viewer.input.sendClipboard()
  });
  commands.addCommand(CommandIDs.ctrlAltDel, {
    label: trans.__('Send Ctrl-Alt-Del to Desktop'),
    caption: trans.__('Send Ctrl-Alt-Del'),
    icon: keysIcon,
    describedBy,
    isEnabled: args => {
      const connection = contentOf(args)?.connection;
      return connection !== undefined && connection.status.connected && mayControl(connection.status);
    },
    execute: args => contentOf(args)?.viewer.input.sendCtrlAltDel()
  });
  addSendKeys(context);
  addSettingsCommands(context);
  addPointerCommands(context);
  addMonitorCommands(context);
  addSoundCommand(context);
  commands.addCommand(CommandIDs.reconnect, {
    label: trans.__('Reconnect Desktop'),
    caption: trans.__('Close the connection to the desktop and connect again'),
    icon: refreshIcon,
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: args => contentOf(args)?.connection.reconnect()
  });
}
