import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';

/** The minimum time between two requests. */
const REQUEST_INTERVAL_MS = 150;

/** Sends requests to resize a desktop, one at a time and not too often; the last requested size is always sent. */
export class ResizeRequests implements IDisposable {
  constructor(options: ResizeRequests.IOptions) {
    this._send = options.send;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
  }

  request(size: Desktop.ISize): void {
    this._next = size;
    if (this._timer === undefined && !this._isDisposed) {
      this._timer = setTimeout(() => void this._sendNext(), REQUEST_INTERVAL_MS);
    }
  }

  private async _sendNext(): Promise<void> {
    const size = this._next;
    this._next = null;
    try {
      if (size !== null) {
        await this._send(size);
      }
    } catch {
      // The viewer scales the desktop to fit.
    }
    this._timer = undefined;
    if (this._next !== null) {
      this.request(this._next);
    }
  }

  private readonly _send: (size: Desktop.ISize) => Promise<unknown>;
  private _next: Desktop.ISize | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace ResizeRequests {
  export interface IOptions {
    send: (size: Desktop.ISize) => Promise<unknown>;
  }
}
