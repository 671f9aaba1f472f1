import { Notification } from '@jupyterlab/apputils';

import { toDesktopError } from '../../services/problems';
import { contentsErrorText, isLocal, isUnreachable, joined } from './contents';
import { readDropped } from './dropped';
import { chooseInDialog, reportUpload, uploadWithProgress } from './progress';

import type { CommandRegistry } from '@lumino/commands';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Contents } from '@jupyterlab/services';
import type { IDesktopAPI } from '../../tokens';
import type { FileOpener } from './open';

/** The file browser's command that shows a file. */
const GO_TO_PATH = 'filebrowser:go-to-path';

/** Uploads files that are dropped on desktops. */
export class FileUploader {
  constructor(private readonly _options: FileUploader.IOptions) {}

  /** The folder that files are uploaded to, as people read it. */
  get folderName(): string {
    return this._options.folder() || '/';
  }

  /** Upload what was dropped on a desktop, with a bar in its `node`, and offer to show it. */
  async upload(data: DataTransfer, desktop: string, node: HTMLElement): Promise<void> {
    const { contents, opener, trans } = this._options;
    const folder = this._options.folder();
    try {
      const dropped = await readDropped(data);
      const discard = (path: string) => this._discard(path);
      const options = { contents, folder, dropped, discard, choose: chooseInDialog(trans) };
      const upload = await uploadWithProgress(options, node, trans);
      const [first] = [...dropped.folders, ...dropped.files.map(({ path }) => path)];
      const path = first === undefined ? null : joined(folder, first);
      const actions: Notification.IAction[] = [];
      if (path !== null && this.canReveal && upload.uploaded > 0) {
        actions.push({ label: trans.__('Reveal in File Browser'), callback: () => void this.reveal(path) });
      }
      if (path !== null && upload.uploaded > 0) {
        actions.push({ label: trans.__('Open on Desktop'), callback: () => void opener.open(desktop, [path]) });
      }
      reportUpload(upload, dropped, actions, trans);
    } catch (error) {
      Notification.error(trans.__('The upload failed. %1', contentsErrorText(error, trans)), { autoClose: false });
    }
  }

  /** Remove an incomplete file, with our server extension if it can, since Jupyter's trash needs space. */
  private async _discard(path: string): Promise<void> {
    const { contents, api } = this._options;
    try {
      if (isLocal(contents, path)) {
        await api.discardUpload(contents.localPath(path));
        return;
      }
    } catch (error) {
      if (isUnreachable(error) || toDesktopError(error).status === 404) {
        throw error;
      }
    }
    await contents.delete(path);
  }

  /** Whether this front end has a file browser that shows files. */
  get canReveal(): boolean {
    return this._options.commands.hasCommand(GO_TO_PATH);
  }

  /** Show a file in the file browser. */
  async reveal(path: string): Promise<void> {
    await this._options.commands.execute(GO_TO_PATH, { path });
  }
}

export namespace FileUploader {
  export interface IOptions {
    contents: Contents.IManager;
    api: IDesktopAPI;
    commands: CommandRegistry;
    opener: FileOpener;
    /** Returns the path of the folder to upload to. */
    folder: () => string;
    trans: TranslationBundle;
  }
}
