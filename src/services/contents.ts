import type { JupyterRequests } from './jupyterrequests';

/** A file or folder, as Jupyter's Contents API describes it. */
export interface IContentsModel {
  readonly name: string;
  readonly type: string;
  readonly writable?: boolean;
  /** In bytes; only of files. */
  readonly size?: number;
  /** The models of what is in a folder; null if it was not asked for. */
  readonly content: unknown;
}

/** What is asked for. */
export interface IContentsQuery {
  readonly type?: 'directory';
  readonly content?: boolean;
}

/** A file or folder to write. */
export interface INewContents {
  readonly type: 'file' | 'directory';
  readonly format?: 'base64';
  readonly content?: string;
  /** The number of the part, from 1; -1 for the last one. */
  readonly chunk?: number;
}

/** The part of Jupyter's Contents API that uploads need; each request is rejected with a `DesktopError`. */
export interface IContents {
  get(path: string, query: IContentsQuery): Promise<IContentsModel>;
  save(path: string, contents: INewContents): Promise<IContentsModel>;
  rename(path: string, target: string): Promise<void>;
  delete(path: string): Promise<void>;
}

/** A client of the Contents API. */
export class ContentsAPI implements IContents {
  constructor(private readonly _requests: JupyterRequests) {}

  async get(path: string, { type, content = true }: IContentsQuery): Promise<IContentsModel> {
    const query = new URLSearchParams({ content: content ? '1' : '0', ...(type !== undefined && { type }) });
    return this._requests.call('GET', `${addressOf(path)}?${query.toString()}`);
  }

  async save(path: string, contents: INewContents): Promise<IContentsModel> {
    return this._requests.call('PUT', addressOf(path), contents);
  }

  async rename(path: string, target: string): Promise<void> {
    await this._requests.call('PATCH', addressOf(path), { path: target });
  }

  async delete(path: string): Promise<void> {
    await this._requests.call('DELETE', addressOf(path));
  }
}

function addressOf(path: string): string {
  return `contents/${path.split('/').map(encodeURIComponent).join('/')}`;
}
