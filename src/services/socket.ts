import { newsFrom } from './news';

import type { IDisposable } from '@lumino/disposable';
import type { News } from './news';

/** The time that a socket has to complete the RFB handshake. */
const HANDSHAKE_TIMEOUT_MS = 15000;

/** The close code of a viewer that does not come back; others may have lost their connection, or reload their page. */
const LEFT = 1000;

/** Opens the RFB sockets of a connection, one at a time, and closes each that does not complete the RFB handshake. */
export class RfbSocket implements IDisposable {
  constructor(options: RfbSocket.IOptions) {
    this._options = options;
  }

  /** Whether there is a socket that is connecting or open. */
  get isActive(): boolean {
    return this._socket !== null;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.close(LEFT);
    this._isDisposed = true;
  }

  /** Load the RFB client and open a socket, unless `close` is called in the meantime. */
  async open(url: string): Promise<void> {
    this.close();
    const attempt = this._attempt;
    const isCurrent = () => attempt === this._attempt && !this._isDisposed;
    const { prepare, openSocket, opened, failed } = this._options;
    let subprotocols: string[];
    try {
      subprotocols = await prepare();
    } catch (error) {
      if (isCurrent()) {
        failed(error);
      }
      return;
    }
    if (!isCurrent()) {
      return;
    }
    const socket = openSocket(url, subprotocols);
    // noVNC sets `onclose`; a listener added before that runs first, while noVNC still shows the last frame.
    socket.addEventListener('close', this);
    socket.addEventListener('open', this);
    socket.addEventListener('message', this);
    this._socket = socket;
    this._timer = setTimeout(() => socket.close(), HANDSHAKE_TIMEOUT_MS);
    opened(socket);
  }

  /** Close the socket, without a call of `closed`; with a code, the server knows that the viewer leaves. */
  close(code?: number): void {
    this._attempt++;
    const socket = this._release();
    socket?.removeEventListener('close', this);
    socket?.removeEventListener('open', this);
    socket?.removeEventListener('message', this);
    socket?.close(code);
  }

  /** Stop the timeout of the RFB handshake. */
  handshakeDone(): void {
    clearTimeout(this._timer);
  }

  handleEvent(event: Event): void {
    if (event.type === 'open') {
      this._isOpened = true;
      return;
    }
    if (event.type === 'message') {
      const news = newsFrom(event as MessageEvent);
      return news === null ? undefined : this._options.told(news);
    }
    const opened = this._isOpened;
    this._release();
    this._options.closed((event as CloseEvent).code, opened);
  }

  private _release(): WebSocket | null {
    clearTimeout(this._timer);
    const socket = this._socket;
    this._socket = null;
    this._isOpened = false;
    return socket;
  }

  private readonly _options: RfbSocket.IOptions;
  private _socket: WebSocket | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _attempt = 0;
  private _isOpened = false;
  private _isDisposed = false;
}

export namespace RfbSocket {
  export interface IOptions {
    /** Loads the RFB client, and returns the subprotocols to offer. */
    prepare: () => Promise<string[]>;
    openSocket: (url: string, subprotocols: string[]) => WebSocket;
    /** Called with each new socket, before it is open. */
    opened: (socket: WebSocket) => void;
    /** Called with the close code, and whether the socket had been open, unless `close` was called. */
    closed: (code: number, opened: boolean) => void;
    /** Called with what the server tells beside RFB. */
    told: (news: News) => void;
    /** Called if `prepare` failed. */
    failed: (error: unknown) => void;
  }
}
