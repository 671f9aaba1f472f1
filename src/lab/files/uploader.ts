import { Notification } from '@jupyterlab/apputils';

import { discardUpload } from '../../viewer/files/discard';
import { readDropped } from '../../viewer/files/dropped';
import { joined } from '../../viewer/files/paths';
import { uploadWithProgress } from '../../viewer/files/uploadprogress';
import { uploadProblem, uploadResult } from '../../viewer/files/uploadtexts';
import { isLocal, LabContents } from './contents';
import { chooseInDialog, notifyOfUpload, ProgressNotification } from './progress';

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
    const { opener, trans } = this._options;
    const contents = new LabContents(this._options.contents);
    const folder = this._options.folder();
    try {
      const dropped = await readDropped(data);
      const discard = (path: string) => this._discard(contents, path);
      const options = { contents, folder, dropped, discard, choose: chooseInDialog(trans) };
      const upload = await uploadWithProgress(options, node, new ProgressNotification(trans), trans);
      const [first] = [...dropped.folders, ...dropped.files.map(({ path }) => path)];
      const path = first === undefined ? null : joined(folder, first);
      const actions: Notification.IAction[] = [];
      if (path !== null && this.canReveal && upload.uploaded > 0) {
        actions.push({ label: trans.__('Reveal in File Browser'), callback: () => void this.reveal(path) });
      }
      if (path !== null && upload.uploaded > 0) {
        actions.push({ label: trans.__('Open on Desktop'), callback: () => void opener.open(desktop, [path]) });
      }
      const result = uploadResult(upload, dropped, trans);
      if (result !== null) {
        notifyOfUpload(result, actions, trans);
      }
    } catch (error) {
      Notification.error(uploadProblem(error, trans), { autoClose: false });
    }
  }

  private _discard(contents: LabContents, path: string): Promise<void> {
    const manager = this._options.contents;
    return discardUpload(this._options.api, contents, path, isLocal(manager, path) ? manager.localPath(path) : null);
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
