import { Notification } from '@jupyterlab/apputils';

import { Desktop } from '../../model';
import { desktopIcon } from '../icons';
import { errorText } from '../dialogs';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { FileOpener } from '../files/open';
import type { FileUploader } from '../files/uploader';
import type { IDesktopTracker } from '../../tokens';
import type { ICommandContext } from './context';

/** The dependencies of the commands about files. */
export interface IFileContext extends ICommandContext {
  tracker: IDesktopTracker;
  /** The file browsers, if the front end has any. */
  browsers: IFileBrowserFactory | null;
  opener: FileOpener;
  uploader: FileUploader;
}

/** Add the commands that open files on desktops, and that show the files which were copied there. */
export function addFileCommands(context: IFileContext): void {
  const { app, manager, tracker, trans, browsers, opener, uploader } = context;
  const { commands } = app;
  const selected = () => [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])].map(({ path }) => path);
  const pathsOf = (args: ReadonlyPartialJSONObject) => (typeof args.path === 'string' ? [args.path] : selected());
  const desktopOf = (args: ReadonlyPartialJSONObject) =>
    typeof args.name === 'string'
      ? args.name
      : (tracker.currentWidget?.content.connection.name ?? Desktop.DEFAULT_NAME);
  const isEnabled = (args: ReadonlyPartialJSONObject) => manager.api.route !== 'proxy' && pathsOf(args).length > 0;

  if (browsers !== null) {
    commands.addCommand(CommandIDs.openFile, {
      label: args => (args.isPalette ? trans.__('Open Selected File on Desktop') : trans.__('Open on Desktop')),
      caption: trans.__('Open the file on the desktop, with the application for its type'),
      icon: args => (args.isPalette ? undefined : desktopIcon),
      describedBy: { args: fileArguments },
      isEnabled,
      execute: args => opener.open(desktopOf(args), pathsOf(args))
    });
    commands.addCommand(CommandIDs.openFileWith, {
      label: args =>
        args.isPalette ? trans.__('Open Selected File on Desktop with…') : trans.__('Open on Desktop with…'),
      caption: trans.__('Choose the application that opens the file on the desktop'),
      describedBy: { args: fileArguments },
      isEnabled,
      execute: args => opener.open(desktopOf(args), pathsOf(args), true)
    });
  }
  commands.addCommand(CommandIDs.revealCopied, {
    label: args => (args.fromTab ? trans.__('Reveal Copied Files') : trans.__('Reveal Files Copied on Desktop')),
    caption: trans.__('Show the files that were copied on the desktop in the file browser'),
    describedBy: { args: panelArguments },
    isVisible: () => uploader.canReveal,
    isEnabled: args => {
      const status = findPanel(app, tracker, args)?.content.connection.status;
      return uploader.canReveal && (status?.connectionId ?? null) !== null && status!.rights.includes('clipboard-out');
    },
    execute: async args => {
      const connection = findPanel(app, tracker, args)?.content.connection;
      const id = connection?.status.connectionId ?? null;
      if (connection === undefined || id === null) {
        return;
      }
      try {
        const { paths, outside } = await manager.api.copiedFiles(connection.name, id);
        if (paths.length > 0) {
          await uploader.reveal(paths[0]);
        } else {
          Notification.info(
            outside > 0
              ? trans.__('The files that were copied on the desktop are not in the file browser’s folders.')
              : trans.__('No files were copied on the desktop.'),
            { autoClose: 5000 }
          );
        }
      } catch (error) {
        Notification.error(errorText(error, trans), { autoClose: 10 * 1000 });
      }
    }
  });
}

const fileArguments = {
  type: 'object',
  properties: {
    path: { type: 'string', description: 'The path of the file; defaults to what is selected in the file browser' },
    name: { type: 'string', description: 'The name of the desktop; defaults to the current one' }
  }
};
