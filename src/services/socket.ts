import type { IDisposable } from '@lumino/disposable';

/** How long a socket may take until the RFB handshake is done, in milliseconds. */
const HANDSHAKE_TIMEOUT = 15000;

/** One socket to a desktop; it closes where no RFB handshake comes over it, and with its disposal. */
export class Connection implements IDisposable {
  constructor(options: Connection.IOptions) {
    this.socket = options.socket;
    this._closed = options.closed;
    // A listener, since noVNC sets `onclose`; added first, it sees the picture before noVNC takes it away.
    this.socket.addEventListener('close', this);
    this._timer = setTimeout(() => this.socket.close(), HANDSHAKE_TIMEOUT);
  }

  readonly socket: WebSocket;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._timer);
    this.socket.removeEventListener('close', this);
    this.socket.close();
  }

  handshakeDone(): void {
    clearTimeout(this._timer);
  }

  handleEvent(event: CloseEvent): void {
    clearTimeout(this._timer);
    this._closed(event.code);
  }

  private readonly _closed: (code: number) => void;
  private readonly _timer: ReturnType<typeof setTimeout>;
  private _isDisposed = false;
}

export namespace Connection {
  export interface IOptions {
    /** A socket that is still connecting. */
    socket: WebSocket;
    /** Called with the close code, unless the connection was disposed of. */
    closed: (code: number) => void;
  }
}
