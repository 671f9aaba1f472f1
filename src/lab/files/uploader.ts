import { Notification } from '@jupyterlab/apputils';

import { contentsErrorText, joined } from './contents';
import { readDropped } from './dropped';
import { chooseInDialog, reportUpload, uploadWithProgress } from './progress';

import type { CommandRegistry } from '@lumino/commands';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IContents } from './contents';
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

  /** Upload what was dropped on a desktop, and offer to show it. */
  async upload(data: DataTransfer, desktop: string): Promise<void> {
    const { contents, opener, trans } = this._options;
    const folder = this._options.folder();
    try {
      const dropped = await readDropped(data);
      const options = { contents, folder, dropped, choose: chooseInDialog(trans) };
      const upload = await uploadWithProgress(options, trans);
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
    contents: IContents;
    commands: CommandRegistry;
    opener: FileOpener;
    /** Returns the path of the folder to upload to. */
    folder: () => string;
    trans: TranslationBundle;
  }
}
