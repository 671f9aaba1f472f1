import { DesktopError } from '../../../src/services/errors';

import type { IContents, IContentsModel, IContentsQuery, INewContents } from '../../../src/services/contents';

/** An error response of the Contents API. */
export function responseError(status: number, message: string): DesktopError {
  return new DesktopError({ status, message });
}

export const unreachable = () => new DesktopError({ status: 0, message: 'TypeError: Failed to fetch' });

/** Jupyter's tree of files in memory; a folder is null, a file its bytes in base64, chunk after chunk. */
export class FakeContents implements IContents {
  readonly tree = new Map<string, Buffer | null>([['', null]]);

  /** The requests, such as "save a.txt 1" with a chunk's number. */
  readonly requests: string[] = [];

  /** Called before and after each request is handled; may throw. */
  before: (request: string) => void = () => undefined;
  after: (request: string) => void = () => undefined;

  get files(): Record<string, string> {
    const files = [...this.tree].filter(([, data]) => data !== null);
    return Object.fromEntries(files.map(([path, data]) => [path, data!.toString()]));
  }

  /** The folders that can't be written to. */
  readonly readOnly = new Set<string>();

  /** As JupyterLab's own: the content is sent only if the query asks for it. */
  async get(path: string, query: IContentsQuery): Promise<IContentsModel> {
    return this._handle(`get ${path}`, () => {
      const model = this._model(path);
      return query.content === true ? model : { ...model, content: null };
    });
  }

  async save(path: string, { chunk, type, format, content = '' }: INewContents): Promise<IContentsModel> {
    return this._handle(`save ${path}${chunk === undefined ? '' : ` ${chunk}`}`, () => {
      if (!this.tree.has(parent(path))) {
        throw responseError(404, `No such directory: ${parent(path)}`);
      }
      const data = type === 'directory' ? null : Buffer.from(content, format === 'base64' ? 'base64' : 'utf8');
      const old = this.tree.get(path);
      this.tree.set(path, data && old && chunk !== undefined && chunk !== 1 ? Buffer.concat([old, data]) : data);
      return this._model(path);
    });
  }

  async rename(path: string, target: string): Promise<void> {
    return this._handle(`rename ${path} ${target}`, () => {
      if (this.tree.has(target)) {
        throw responseError(409, `File already exists: ${target}`);
      }
      this.tree.set(target, this.tree.get(path)!);
      this.tree.delete(path);
    });
  }

  async delete(path: string): Promise<void> {
    return this._handle(`delete ${path}`, () => {
      if (!this.tree.delete(path)) {
        throw responseError(404, `No such file: ${path}`);
      }
    });
  }

  private _model(path: string): IContentsModel {
    const data = this.tree.get(path);
    if (data === undefined) {
      throw responseError(404, `No such file or directory: ${path}`);
    }
    const inside = [...this.tree.keys()].filter(each => each !== '' && parent(each) === path);
    const content = data === null ? inside.map(each => this._entry(each)) : null;
    return { ...this._entry(path), content, size: data?.length, writable: !this.readOnly.has(path) };
  }

  private _entry(path: string): { name: string; path: string; type: string } {
    const type = this.tree.get(path) === null ? 'directory' : 'file';
    return { name: path.split('/').pop()!, path, type };
  }

  private async _handle<T>(request: string, handle: () => T): Promise<T> {
    // Parts of the names are random.
    const shown = request.replace(/part-\w+/g, 'part');
    this.requests.push(shown);
    await Promise.resolve();
    this.before(shown);
    const result = handle();
    this.after(shown);
    return result;
  }
}

function parent(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}
