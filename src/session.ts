import { Signal } from '@lumino/signaling';

import { DesktopError } from './api';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Desktop, IDesktopAPI } from './tokens';

/** Pauses between attempts to connect, in milliseconds; the last one repeats. */
const RETRY_PAUSES = [0, 500, 1000, 2000, 4000, 8000, 10000];

/** Pauses between questions about a starting desktop, in milliseconds. */
const POLL_PAUSE = 75;
const SLOW_POLL_PAUSE = 500;

/** When a start counts as slow, in milliseconds. */
const SLOW_START = 5000;

/** How long a socket may take until the RFB handshake is done, in milliseconds. */
const HANDSHAKE_TIMEOUT = 15000;

/** The least time between two requests for another size, in milliseconds. */
const RESIZE_PAUSE = 150;

/** The bridge's reasons for closing a socket that make another attempt pointless. */
const CLOSED_GONE = 4404;
const CLOSED_IDLE = 4408;
const CLOSED_STOPPED = 4410;
const CLOSED_TOO_MANY = 4429;

/**
 * One panel's way to one desktop: starts it, waits for it, opens its socket and opens it again when it drops.
 *
 * Whoever listens to `socketOpened` does the RFB handshake and calls `handshakeDone`.
 */
export class DesktopSession implements IDisposable {
  constructor(options: DesktopSession.IOptions) {
    this.name = options.name;
    this._api = options.api;
    this._prepare = options.prepare ?? (() => Promise.resolve());
    this._openSocket = options.openSocket ?? (url => new WebSocket(url, ['binary']));
  }

  readonly name: string;

  get status(): Desktop.IStatus {
    return this._status;
  }

  /** Emitted when the status has changed. */
  get statusChanged(): ISignal<this, Desktop.IStatus> {
    return this._statusChanged;
  }

  /** Emitted with each new socket, while it is still connecting. */
  get socketOpened(): ISignal<this, WebSocket> {
    return this._socketOpened;
  }

  get disposed(): ISignal<this, void> {
    return this._disposed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._newTurn();
    clearTimeout(this._resizeTimer);
    this._disposed.emit();
    Signal.clearData(this);
  }

  /** Connect to the desktop, and start it first where it doesn't run. */
  start(): void {
    this._toStart = true;
    this._set({ phase: 'starting', connected: false, problem: null, retryAt: null });
    void this._ask();
  }

  /** Connect to the desktop if it runs, and leave it stopped if it doesn't. */
  attach(): void {
    this._toStart = false;
    this._set({ phase: 'starting', connected: false, problem: null, retryAt: null });
    void this._ask();
  }

  /** Drop the socket and connect anew, without a pause. */
  reconnect(): void {
    this._attempts = 0;
    this._set({ phase: 'lost', connected: false, retryAt: null });
    void this._ask();
  }

  /** Whether attempts to connect are put off, since nobody looks. */
  get paused(): boolean {
    return this._paused;
  }
  set paused(value: boolean) {
    if (this._paused === value || this._isDisposed) {
      return;
    }
    this._paused = value;
    if (value && this._status.retryAt !== null) {
      this._newTurn();
      this._set({ retryAt: null });
      this._waiting = true;
    } else if (!value) {
      this.wake();
    }
  }

  /** Try now if an attempt is due later: somebody looks again, or the network is back. */
  wake(): void {
    const due = this._waiting || this._status.retryAt !== null;
    if (due && !this._paused) {
      this._attempts = 0;
      void this._ask();
    }
  }

  /** To be called when the RFB handshake over the newest socket is done. */
  handshakeDone(): void {
    if (this._socket === null) {
      return;
    }
    clearTimeout(this._timer);
    this._attempts = 0;
    this._set({ phase: 'running', connected: true, problem: null, retryAt: null });
  }

  /** Take in what is known of the desktop from elsewhere, as from the list of all. */
  update(model: Desktop.IModel): void {
    const resting = this._status.phase === 'stopped' || this._status.phase === 'failed';
    const alive = model.phase === 'starting' || model.phase === 'running';
    if (resting && alive && !this._isDisposed) {
      this._newTurn();
      this._follow(model);
    }
  }

  /** Ask the server for another size, at most every so often. */
  resize(size: Desktop.ISize): void {
    this._nextSize = size;
    if (this._resizeTimer === undefined) {
      this._resizeTimer = setTimeout(() => void this._sendSize(), RESIZE_PAUSE);
    }
  }

  private async _sendSize(): Promise<void> {
    const size = this._nextSize;
    this._nextSize = null;
    try {
      if (size !== null && this._status.connected) {
        await this._api.resize(this.name, size);
      }
    } catch {
      // The picture is scaled to fit, then.
    }
    this._resizeTimer = undefined;
    if (this._nextSize !== null && !this._isDisposed) {
      this.resize(this._nextSize);
    }
  }

  /** End all that is under way; what comes in late belongs to an older turn. */
  private _newTurn(): number {
    clearTimeout(this._timer);
    this._waiting = false;
    const socket = this._socket;
    this._socket = null;
    socket?.close();
    return ++this._turn;
  }

  /** Ask for the desktop's state, or for its start until that was answered. */
  private async _ask(): Promise<void> {
    const turn = this._newTurn();
    // What the socket needs is fetched meanwhile; a failure shows when it is needed.
    this._prepare().catch(() => undefined);
    let model: Desktop.IModel;
    try {
      model = await (this._toStart ? this._api.start(this.name) : this._api.get(this.name));
    } catch (error) {
      if (turn === this._turn) {
        this._refused(error);
      }
      return;
    }
    if (turn === this._turn) {
      this._toStart = false;
      this._follow(model);
    }
  }

  private _follow(model: Desktop.IModel): void {
    if (model.step === 'stopping') {
      this._set({ model });
      this._later(POLL_PAUSE);
      return;
    }
    switch (model.phase) {
      case 'starting': {
        this._startingSince ??= Date.now();
        const slow = Date.now() - this._startingSince > SLOW_START;
        this._set({ phase: 'starting', model, problem: null, retryAt: null });
        this._later(slow ? SLOW_POLL_PAUSE : POLL_PAUSE);
        return;
      }
      case 'running':
        this._startingSince = null;
        this._set({ phase: this._status.phase === 'lost' ? 'lost' : 'running', model, retryAt: null });
        void this._connect();
        return;
      default:
        this._startingSince = null;
        this._attempts = 0;
        this._set({ phase: model.phase, model, problem: model.error, retryAt: null });
    }
  }

  private async _connect(): Promise<void> {
    const turn = this._turn;
    try {
      await this._prepare();
    } catch (error) {
      if (turn === this._turn) {
        this._lost(problemOf('viewer', String(error)));
      }
      return;
    }
    if (turn !== this._turn) {
      return;
    }
    const socket = this._openSocket(this._api.socketURL(this.name));
    this._socket = socket;
    // A listener, since noVNC sets `onclose`; added first, it sees the picture before noVNC takes it away.
    socket.addEventListener('close', event => {
      if (socket === this._socket) {
        this._socket = null;
        this._closed(event.code);
      }
    });
    this._timer = setTimeout(() => socket.close(), HANDSHAKE_TIMEOUT);
    this._socketOpened.emit(socket);
  }

  private _closed(code: number): void {
    clearTimeout(this._timer);
    switch (code) {
      case CLOSED_STOPPED:
        this._set({ phase: 'stopped', connected: false });
        // What ended by a failure says why, once it has ended.
        return void this._ask();
      case CLOSED_GONE:
        return this._set({ phase: 'stopped', connected: false, model: null });
      case CLOSED_IDLE:
        return this._hold('idle', 'Nobody used the desktop for a while, so it was disconnected.');
      case CLOSED_TOO_MANY:
        return this._hold('too-many-clients', 'Too many connections to this desktop are open.');
      default:
        return this._lost(null);
    }
  }

  private _refused(error: unknown): void {
    const { status, code, fix, message } =
      error instanceof DesktopError ? error : new DesktopError({ status: 0, message: String(error) });
    const problem = problemOf(code ?? String(status), message, fix);
    if (code === DesktopError.MISSING) {
      this._set({ phase: 'missing', connected: false, problem, retryAt: null });
    } else if (status === 404) {
      this._set({ phase: 'stopped', connected: false, model: null, problem: null, retryAt: null });
    } else if (code !== null && status >= 400) {
      this._set({ phase: 'failed', connected: false, problem, retryAt: null });
    } else {
      this._lost(problem);
    }
  }

  /** The way to the desktop is gone: try again after a pause that grows. */
  private _lost(problem: Desktop.IProblem | null): void {
    const pause = RETRY_PAUSES[Math.min(this._attempts, RETRY_PAUSES.length - 1)];
    this._attempts++;
    const retryAt = this._paused ? null : Date.now() + pause;
    this._waiting = this._paused;
    if (!this._paused) {
      this._later(pause);
    }
    this._set({ phase: 'lost', connected: false, problem, retryAt });
  }

  /** Disconnected for a reason: only a person reconnects. */
  private _hold(code: string, message: string): void {
    this._set({ phase: 'lost', connected: false, problem: problemOf(code, message), retryAt: null });
  }

  private _later(pause: number): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._ask(), pause);
  }

  private _set(change: Partial<Desktop.IStatus>): void {
    if (this._isDisposed) {
      return;
    }
    this._status = { ...this._status, ...change };
    this._statusChanged.emit(this._status);
  }

  private readonly _api: IDesktopAPI;
  private readonly _prepare: () => Promise<void>;
  private readonly _openSocket: (url: string) => WebSocket;
  private readonly _disposed = new Signal<this, void>(this);
  private readonly _statusChanged = new Signal<this, Desktop.IStatus>(this);
  private readonly _socketOpened = new Signal<this, WebSocket>(this);
  private _status: Desktop.IStatus = {
    phase: 'starting',
    connected: false,
    model: null,
    problem: null,
    retryAt: null
  };
  private _isDisposed = false;
  private _paused = false;
  private _toStart = false;
  private _waiting = false;
  private _turn = 0;
  private _attempts = 0;
  private _startingSince: number | null = null;
  private _socket: WebSocket | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _nextSize: Desktop.ISize | null = null;
  private _resizeTimer: ReturnType<typeof setTimeout> | undefined;
}

export namespace DesktopSession {
  export interface IOptions {
    /** The desktop's name. */
    name: string;
    api: IDesktopAPI;
    /** Loads what a socket needs at once when it opens, as the RFB client. */
    prepare?: () => Promise<void>;
    /** Opens a socket; a test puts a fake here. */
    openSocket?: (url: string) => WebSocket;
  }
}

function problemOf(code: string, message: string, fix: string | null = null): Desktop.IProblem {
  return { code, message, fix, part: null, log: [] };
}
