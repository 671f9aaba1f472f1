import { readBase64, UnreadableFile } from './base64';
import { isFinal, isUnreachable, statusOf } from './contentserrors';
import { folderOf, joined } from './paths';
import { persistently } from './persistently';
import { UploadPlan } from './uploadplan';

import type { IContents, IContentsModel } from '../../services/contents';
import type { IDropped, IDroppedFile } from './dropped';
import type { Choose } from './uploadplan';

/** The size of a request's contents; a file up to this is written in one step. */
const CHUNK_BYTES = 1024 * 1024;

/** How many files are uploaded at the same time. */
const SIMULTANEOUS = 4;

/** The end of names that Jupyter's file manager lists only if it is told to (`hide_globs`). */
const UNLISTED = '~';

/** How long the removal of an incomplete file is attempted while the server can't be reached. */
const REMOVE_MS = 10 * 60 * 1000;

/** The server has another number of bytes of a file than were sent. */
export class DamagedFile extends Error {}

/**
 * Uploads what was dropped to a folder of Jupyter's tree, through the Contents API.
 *
 * A small new file is written in one request. A large one, and one that replaces another, is sent in chunks under another
 * name and renamed when it is complete, so that a failure leaves what was there before, and nothing incomplete.
 */
export class Upload {
  constructor(private readonly _options: Upload.IOptions) {
    for (const path of _options.dropped.unreadable) {
      this.failures.push({ path, error: new UnreadableFile() });
    }
    this.total = _options.dropped.files.reduce((sum, { file }) => sum + file.size, 0);
  }

  /** The bytes of all files, and those that are done. */
  total: number;
  done = 0;

  /** How many files have been uploaded. */
  uploaded = 0;

  readonly failures: Upload.IFailure[] = [];

  get isCancelled(): boolean {
    return this._isCancelled;
  }

  /** Whether it has ended early, because of the user or since all that follows would fail. */
  get isStopped(): boolean {
    return this._isCancelled || this.failures.some(({ error }) => isFinal(error));
  }

  /** Stop after the requests that are under way. */
  cancel(): void {
    this._isCancelled = true;
    this._options.changed?.();
  }

  /** Upload; resolves when all is done, failed or cancelled. Rejects if the folder can't be read or made. */
  async run(): Promise<void> {
    const { contents, folder, dropped, choose } = this._options;
    const plan = await UploadPlan.make({ contents, folder, dropped, choose });
    if (plan === null) {
      this._isCancelled = true;
      return;
    }
    this.failures.push(...plan.failures);
    this.total = plan.files.reduce((sum, { file }) => sum + file.size, 0);
    const missing = new Set<string>();
    for (const path of plan.newFolders) {
      if (!this.isStopped && !missing.has(folderOf(path))) {
        await this._attempt(path, () => this._makeFolder(path));
      }
      if (this.failures.some(failure => failure.path === path) || missing.has(folderOf(path))) {
        missing.add(path);
      }
    }
    const waiting = plan.files.filter(({ path }) => !missing.has(folderOf(path)));
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined && !this.isStopped; next = waiting.shift()) {
        const { path, file } = next;
        const isWhole = file.size <= CHUNK_BYTES && !plan.replaced.has(path);
        await this._attempt(path, () => (isWhole ? this._send(path, file) : this._sendAside(path, file)));
      }
    };
    await Promise.all(Array.from({ length: SIMULTANEOUS }, work));
  }

  private async _attempt(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this._isCancelled) {
        this.failures.push({ path, error });
      }
    }
    this._options.changed?.();
  }

  private async _makeFolder(path: string): Promise<void> {
    await this._persistently(() => this._options.contents.save(this._target(path), { type: 'directory' }));
  }

  private async _send(path: string, file: File): Promise<void> {
    const target = this._target(path);
    const content = await readBase64(file);
    try {
      await this._save(target, content);
    } catch (error) {
      if (isUnreachable(error) || statusOf(error) >= 500) {
        // The server has begun to write it.
        await this._remove(target, error);
      }
      throw error;
    }
    this.done += file.size;
    this.uploaded++;
  }

  private async _sendAside(path: string, file: File): Promise<void> {
    const target = this._target(path);
    // Jupyter reports a folder as not found if a file disappears while it lists it. What was left of a large file
    // would take much space, and is shown.
    const hidden = file.size <= CHUNK_BYTES ? UNLISTED : '';
    const partial = `${target}.part-${Math.random().toString(36).slice(2, 8)}${hidden}`;
    let sent = 0;
    try {
      for (let chunk = 1; chunk === 1 || sent < file.size; chunk++) {
        const piece = file.slice(sent, sent + CHUNK_BYTES);
        const isLast = sent + piece.size === file.size;
        const number = !isLast ? chunk : chunk > 1 ? -1 : undefined;
        const model = await this._sendChunk(partial, await readBase64(piece), number, sent, piece.size);
        sent += piece.size;
        this.done += piece.size;
        this._options.changed?.();
        if (this._isCancelled) {
          throw new Error('cancelled');
        }
        if (isLast && typeof model.size === 'number' && model.size !== file.size) {
          throw new DamagedFile();
        }
      }
      await this._replace(partial, target);
      this.uploaded++;
    } catch (error) {
      this.done -= sent;
      await this._remove(partial, error);
      throw error;
    }
  }

  /** Remove an incomplete file; if the server can't be reached, go on with it after the upload has failed. */
  private async _remove(path: string, error: unknown): Promise<void> {
    const removal = persistently(() => this._options.discard(path), { time: REMOVE_MS }).catch(() => undefined);
    if (!isUnreachable(error)) {
      await removal;
    }
  }

  /** Send a piece that the server appends, unless it has done so by a request whose response was lost. */
  private async _sendChunk(
    path: string,
    content: string,
    chunk: number | undefined,
    sent: number,
    size: number
  ): Promise<IContentsModel> {
    let isRepeated = false;
    return this._persistently(async () => {
      if (isRepeated && sent > 0) {
        const model = await this._options.contents.get(path, { content: false });
        if (model.size === sent + size) {
          return model;
        }
        if (model.size !== sent) {
          throw new DamagedFile();
        }
      }
      isRepeated = true;
      return this._options.contents.save(path, {
        type: 'file',
        format: 'base64',
        content,
        ...(chunk !== undefined && { chunk })
      });
    });
  }

  private async _save(path: string, content: string): Promise<void> {
    const model = { type: 'file', format: 'base64', content } as const;
    await this._persistently(() => this._options.contents.save(path, model));
  }

  /** Give a complete file its name; an old file of that name goes where the server puts deleted files. */
  private async _replace(partial: string, target: string): Promise<void> {
    const { contents } = this._options;
    try {
      await this._persistently(() => contents.rename(partial, target));
    } catch (error) {
      if (statusOf(error) !== 409) {
        throw error;
      }
      await this._persistently(() => contents.delete(target));
      await this._persistently(() => contents.rename(partial, target));
    }
  }

  private _persistently<T>(request: () => Promise<T>): Promise<T> {
    return persistently(request, { giveUp: () => this._isCancelled });
  }

  private _target(path: string): string {
    return joined(this._options.folder, path);
  }

  private _isCancelled = false;
}

export namespace Upload {
  export interface IOptions {
    contents: IContents;
    /** The path of the folder in the Contents API, perhaps with a drive's name. */
    folder: string;
    dropped: IDropped;
    /** Removes an incomplete file for good. */
    discard: (path: string) => Promise<void>;
    /** Asks what happens to a file that exists. */
    choose: Choose;
    /** Called when something is done. */
    changed?: () => void;
  }

  export interface IFailure {
    readonly path: string;
    readonly error: unknown;
  }

  export type IFile = IDroppedFile;
}
