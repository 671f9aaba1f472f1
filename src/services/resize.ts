import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../tokens';

/** The least time between two requests for another size, in milliseconds. */
const PAUSE = 150;

/** Asks the server for other sizes of a desktop: at most every so often, one at a time, the last one for sure. */
export class SizeRequests implements IDisposable {
  constructor(options: SizeRequests.IOptions) {
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
      this._timer = setTimeout(() => void this._sendNext(), PAUSE);
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
      // The picture is scaled to fit, then.
    }
    this._timer = undefined;
    if (this._next !== null) {
      this.request(this._next);
    }
  }

  private readonly _send: (size: Desktop.ISize) => Promise<void>;
  private _next: Desktop.ISize | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace SizeRequests {
  export interface IOptions {
    send: (size: Desktop.ISize) => Promise<void>;
  }
}
