import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';

/** The minimum time between two requests. */
const REQUEST_INTERVAL_MS = 150;

/**
 * Sends requests to change the size of a desktop or the scale of its session, one at a time and not too often; the last
 * values requested are always sent.
 */
export class ScreenRequests implements IDisposable {
  constructor(options: ScreenRequests.IOptions) {
    this._options = options;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
  }

  request(change: Desktop.IScreenChange): void {
    this._next = { ...this._next, ...change };
    if (this._timer === undefined && !this._isDisposed) {
      this._timer = setTimeout(() => void this._sendNext(), REQUEST_INTERVAL_MS);
    }
  }

  private async _sendNext(): Promise<void> {
    const change = this._next;
    this._next = null;
    if (change !== null && this._options.connection.status.connected) {
      await Promise.all(this._requests(change).map(request => this._take(request)));
    }
    this._timer = undefined;
    if (this._next !== null) {
      this.request(this._next);
    }
  }

  private _requests({ size, scale }: Desktop.IScreenChange): Promise<Desktop.IModel>[] {
    const { api, name } = this._options;
    return [...(size ? [api.resize(name, size)] : []), ...(scale ? [api.scale(name, scale)] : [])];
  }

  private async _take(request: Promise<Desktop.IModel>): Promise<void> {
    try {
      const model = await request;
      if (!this._isDisposed) {
        this._options.connection.update(model);
      }
    } catch {
      // The viewer scales the desktop to fit.
    }
  }

  private readonly _options: ScreenRequests.IOptions;
  private _next: Desktop.IScreenChange | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace ScreenRequests {
  export interface IOptions {
    name: string;
    api: IDesktopAPI;
    /** Gets the desktop's model after a change; while it is not connected, nothing is sent. */
    connection: { readonly status: Desktop.IStatus; update(model: Desktop.IModel): void };
  }
}
