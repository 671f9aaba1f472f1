import { DesktopError } from './restapi';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';

/** The minimum time between two requests. */
const REQUEST_INTERVAL_MS = 150;

/**
 * Sends requests to change the size of a desktop, the scale of its session or its monitor, one at a time and not too
 * often; the last values requested are always sent.
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
      await Promise.all(this._requests(change).map(request => this._take(request, change.monitor?.refused)));
    }
    this._timer = undefined;
    if (this._next !== null) {
      this.request(this._next);
    }
  }

  private _requests({ size, scale, monitor }: Desktop.IScreenChange): Promise<Desktop.IModel>[] {
    const { api, name, connection } = this._options;
    const { connectionId } = connection.status;
    const requests = [...(size ? [api.resize(name, size)] : []), ...(scale ? [api.scale(name, scale)] : [])];
    if (monitor && connectionId !== null) {
      const { number, width, height, replaces, closed } = monitor;
      requests.push(api.claimMonitor(name, connectionId, { number, width, height, replaces, closed }));
    }
    return requests;
  }

  private async _take(request: Promise<Desktop.IModel>, refused?: (error: Error) => void): Promise<void> {
    try {
      const model = await request;
      if (!this._isDisposed) {
        this._options.connection.update(model);
      }
    } catch (error) {
      // The viewer scales the desktop to fit.
      if (error instanceof DesktopError && !this._isDisposed) {
        refused?.(error);
      }
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
