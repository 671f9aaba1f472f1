import { InputDialog, Notification } from '@jupyterlab/apputils';

import { refusal, startForPrograms } from '../../viewer/files/running';
import { labelFor } from '../../viewer/titles';
import { CommandIDs } from '../commands/ids';
import { errorText } from '../dialogs';
import { isLocal } from './contents';

import type { CommandRegistry } from '@lumino/commands';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDesktopManager } from '../../tokens';

/** Opens files of JupyterLab's tree on desktops. */
export class FileOpener {
  constructor(private readonly _options: FileOpener.IOptions) {}

  /** Open files on a desktop, which is started and shown; `choose` an application, or take the one for the type. */
  async open(desktop: string, paths: readonly string[], choose = false): Promise<void> {
    const { manager, commands, trans } = this._options;
    try {
      const local = paths.map(path => this._localPath(path));
      await commands.execute(CommandIDs.open, { name: desktop });
      await startForPrograms(manager.api, desktop, trans);
      const application = choose ? await this._chooseApplication(desktop, local[0]) : undefined;
      if (application === null) {
        return;
      }
      for (const path of local) {
        await manager.api.openFile(desktop, path, application);
      }
    } catch (error) {
      Notification.error(
        trans.__('The file could not be opened on "%1": %2', labelFor(desktop, trans), errorText(error, trans)),
        { autoClose: 10 * 1000 }
      );
    }
  }

  private _localPath(path: string): string {
    const { contents, trans } = this._options;
    if (!isLocal(contents, path)) {
      throw refusal(trans.__('The file is not on the Jupyter server’s own disk.'));
    }
    return contents.localPath(path);
  }

  /** Ask for an application; return null if the user cancels. */
  private async _chooseApplication(desktop: string, path: string): Promise<string | null> {
    const { manager, trans } = this._options;
    const { applications, type } = await manager.api.applications(desktop, path);
    if (applications.length === 0) {
      throw refusal(trans.__('No application on the desktop opens files of this type.'));
    }
    // Two may have the same name.
    const items = applications.map(({ name }, index) => `${index + 1}. ${name}`);
    const { button, value } = await InputDialog.getItem({
      title: trans.__('Open on Desktop with'),
      label: type,
      items,
      okLabel: trans.__('Open')
    });
    return button.accept && value !== null ? applications[items.indexOf(value)].id : null;
  }
}

export namespace FileOpener {
  export interface IOptions {
    manager: IDesktopManager;
    commands: CommandRegistry;
    contents: Contents.IManager;
    trans: TranslationBundle;
  }
}
