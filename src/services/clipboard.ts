import { toDesktopError } from './problems';

import type { Desktop } from '../model';
import type { IDesktopAPI, IDesktopClipboard } from '../tokens';

/** The statuses by which a server, or a desktop, says that it takes text only: 404 and 405 are an older server's. */
const TEXT_ONLY_STATUSES = [404, 405, 409];

/** Pictures and HTML on the clipboard of a connection's desktop. */
export class DesktopClipboard implements IDesktopClipboard {
  constructor(
    private readonly _api: IDesktopAPI,
    private readonly _connection: { readonly name: string; readonly status: Desktop.IStatus }
  ) {}

  get isUsable(): boolean {
    const { connectionId } = this._connection.status;
    return connectionId !== null && connectionId !== this._textOnly;
  }

  async read(): Promise<Desktop.IClipboard> {
    return this._request(id => this._api.readClipboard(this._connection.name, id));
  }

  async write(contents: Desktop.IClipboard): Promise<void> {
    return this._request(id => this._api.writeClipboard(this._connection.name, id, contents));
  }

  private async _request<T>(send: (connectionId: string) => Promise<T>): Promise<T> {
    const { connectionId } = this._connection.status;
    if (connectionId === null) {
      throw new Error('The server does not tell the id of this connection.');
    }
    try {
      return await send(connectionId);
    } catch (error) {
      if (TEXT_ONLY_STATUSES.includes(toDesktopError(error).status)) {
        this._textOnly = connectionId;
      }
      throw error;
    }
  }

  /** The id of a connection whose desktop takes text only. */
  private _textOnly: string | null = null;
}
