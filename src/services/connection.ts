import { Signal } from '@lumino/signaling';

import { Attempts } from './retry';
import { Connection } from './socket';
import { Closed, contradicts, isAlive, isAtRest, isHeld, problemOf, ProblemCodes, refusalOf } from './problems';
import { SizeRequests } from './resize';
import { Desktop } from '../tokens';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { IDesktopAPI } from '../tokens';

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
    this._known = options.known ?? (() => undefined);
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
    this._attempts.dispose();
    this._sizes.dispose();
    this._disposed.emit();
    Signal.clearData(this);
  }

  /** Connect to the desktop, and start it first where it doesn't run. */
  start(): void {
    this._begin('start');
  }

  /** Connect to the desktop if it runs, and leave it stopped if it doesn't. */
  attach(): void {
    this._begin('get');
  }

  /** Make the desktop, where it was removed. */
  create(): void {
    this._begin('create');
  }

  /** Drop the socket and connect anew, without a pause. */
  reconnect(): void {
    this._attempts.forget();
    this._set({ phase: 'lost', connected: false, retryAt: null });
    void this._ask();
  }

  /** Whether attempts to connect are put off, since nobody looks. */
  get paused(): boolean {
    return this._attempts.paused;
  }
  set paused(value: boolean) {
    if (this._attempts.paused === value || this._isDisposed) {
      return;
    }
    this._attempts.paused = value;
    if (value && this._status.retryAt !== null) {
      this._newTurn();
      this._set({ retryAt: null });
      this._attempts.putOff();
    } else if (!value) {
      this.wake();
    }
  }

  /** Try now if an attempt is due later: somebody looks again, or the network is back. */
  wake(): void {
    const due = this._attempts.isPutOff || this._status.retryAt !== null;
    if (due && !this._attempts.paused) {
      this._attempts.forget();
      void this._ask();
    }
  }

  /** To be called when the RFB handshake over the newest socket is done. */
  handshakeDone(): void {
    if (this._connection === null) {
      return;
    }
    this._connection.handshakeDone();
    this._attempts.forget();
    this._unasked = false;
    this._request = 'get';
    this._set({ phase: 'running', connected: true, problem: null, retryAt: null });
  }

  /** Take in what is known of the desktop from elsewhere, as from the list of all; null where it isn't there. */
  update(model: Desktop.IModel | null): void {
    const { status } = this;
    if (model === null) {
      if (status.model !== null && isAtRest(status)) {
        this._newTurn();
        this._gone();
      }
    } else if (contradicts(model, status)) {
      this._newTurn();
      this._follow(model);
    } else if ((status.connected || isHeld(status)) && model.phase === 'running') {
      this._set({ model });
    }
  }

  /** Look again at a desktop that is shown, after something that may have changed what is known of it. */
  async look(): Promise<void> {
    await this._take(this._api.get(this.name));
  }

  /** Say that the desktop is still wanted. */
  async keep(): Promise<void> {
    await this._take(this._api.keep(this.name));
  }

  /** Ask for what is known of the desktop and its server, in a text for who can help. */
  report(): Promise<string> {
    return this._api.report(this.name);
  }

  /** Ask the server for another size. */
  resize(size: Desktop.ISize): void {
    this._sizes.request(size);
  }

  private async _take(answer: Promise<Desktop.IModel>): Promise<void> {
    try {
      this.update(await answer);
    } catch {
      // What is known stays; the socket tells where the way to the desktop is gone.
    }
  }

  private _begin(request: DesktopSession.Request): void {
    this._request = request;
    this._set({ phase: 'starting', connected: false, problem: null, retryAt: null });
    const known = this._known();
    if (known?.phase === 'running' && isAlive(known)) {
      // The socket itself shows whether that is still so, and saves the question.
      this._newTurn();
      this._unasked = true;
      this._follow(known);
    } else {
      void this._ask();
    }
  }

  /** End all that is under way; what comes in late belongs to an older turn. */
  private _newTurn(): number {
    this._attempts.cancel();
    this._unasked = false;
    this._connection?.dispose();
    this._connection = null;
    return ++this._turn;
  }

  /** Ask for the desktop's state, or for what was wanted until that was answered. */
  private async _ask(): Promise<void> {
    const turn = this._newTurn();
    const { name, _api: api, _request: request } = this;
    // What the socket needs is fetched meanwhile; a failure shows when it is needed.
    this._prepare().catch(() => undefined);
    let model: Desktop.IModel;
    try {
      model = await (request === 'create' ? api.create({ name }) : api[request](name));
    } catch (error) {
      if (turn === this._turn) {
        this._refused(error);
      }
      return;
    }
    if (turn === this._turn) {
      this._request = 'get';
      this._follow(model);
    }
  }

  private _follow(model: Desktop.IModel): void {
    if (model.step === 'stopping') {
      this._set({ model });
      this._attempts.soon();
      return;
    }
    switch (model.phase) {
      case 'starting':
        this._set({ phase: 'starting', model, problem: null, retryAt: null });
        this._attempts.whileStarting();
        return;
      case 'running':
        this._attempts.startOver();
        this._set({ phase: this._status.phase === 'lost' ? 'lost' : 'running', model, retryAt: null });
        void this._connect();
        return;
      default:
        this._attempts.startOver();
        this._attempts.forget();
        this._set({ phase: model.phase, model, problem: model.error, retryAt: null });
    }
  }

  private async _connect(): Promise<void> {
    const turn = this._turn;
    try {
      await this._prepare();
    } catch (error) {
      if (turn === this._turn) {
        this._lost(problemOf(ProblemCodes.VIEWER, String(error)));
      }
      return;
    }
    if (turn !== this._turn) {
      return;
    }
    const socket = this._openSocket(this._api.socketURL(this.name));
    this._connection = new Connection({ socket, closed: code => this._closed(code) });
    this._socketOpened.emit(socket);
  }

  private _closed(code: number): void {
    this._connection = null;
    if (code === Closed.IDLE || code === Closed.TOO_MANY) {
      // Only a person reconnects.
      const problem = problemOf(code === Closed.IDLE ? ProblemCodes.IDLE : ProblemCodes.TOO_MANY);
      this._set({ phase: 'lost', connected: false, problem, retryAt: null });
    } else if (this._unasked) {
      // It was known from a list that is older than what happened since.
      void this._ask();
    } else if (code === Closed.STOPPED) {
      this._set({ phase: 'stopped', connected: false });
      // What ended by a failure says why, once it has ended.
      void this._ask();
    } else if (code === Closed.GONE) {
      this._gone();
    } else {
      this._lost(null);
    }
  }

  /** There is no such desktop any more; the default one is made when it is started. */
  private _gone(): void {
    const problem = this.name === Desktop.DEFAULT_NAME ? null : problemOf(ProblemCodes.UNKNOWN);
    this._set({ phase: 'stopped', connected: false, model: null, problem, retryAt: null });
  }

  private _refused(error: unknown): void {
    const { phase, problem } = refusalOf(error);
    if (phase === 'stopped') {
      this._gone();
    } else if (phase === 'lost') {
      this._lost(problem);
    } else {
      this._set({ phase, connected: false, problem, retryAt: null });
    }
  }

  /** The way to the desktop is gone: try again after a pause that grows. */
  private _lost(problem: Desktop.IProblem | null): void {
    const retryAt = this._attempts.afterFailure();
    this._set({ phase: 'lost', connected: false, problem, retryAt });
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
  private readonly _known: () => Desktop.IModel | undefined;
  private readonly _openSocket: (url: string) => WebSocket;
  private readonly _attempts = new Attempts({ attempt: () => void this._ask() });
  private readonly _sizes = new SizeRequests({
    send: async size => {
      if (this._status.connected) {
        await this._api.resize(this.name, size);
      }
    }
  });
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
  private _request: DesktopSession.Request = 'get';
  private _unasked = false;
  private _turn = 0;
  private _connection: Connection | null = null;
}

export namespace DesktopSession {
  /** What the server is asked for, until it has answered. */
  export type Request = 'get' | 'start' | 'create';

  export interface IOptions {
    /** The desktop's name. */
    name: string;
    api: IDesktopAPI;
    /** Loads what a socket needs at once when it opens, as the RFB client. */
    prepare?: () => Promise<void>;
    /** What is known of the desktop already, without asking. */
    known?: () => Desktop.IModel | undefined;
    /** Opens a socket; a test puts a fake here. */
    openSocket?: (url: string) => WebSocket;
  }
}
