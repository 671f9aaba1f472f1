import { Signal } from '@lumino/signaling';

import { Desktop } from '../model';
import { DesktopClipboard } from './clipboard';
import { CloseCodes } from './problems';
import { requestModel } from './requests';
import { ScreenRequests } from './screenrequests';
import { RetryTimer } from './retry';
import { RfbSocket } from './socket';
import {
  awaitsUser,
  contradicts,
  HIDDEN_STATUS,
  INITIAL_STATUS,
  isDisconnectedByServer,
  isFinal,
  removedStatus,
  rightsFrom,
  statusFromClose,
  statusFromError
} from './status';
import { Tickets } from './tickets';

import type { ISignal } from '@lumino/signaling';
import type { IConnectionOptions } from './connectionoptions';
import type { Verb } from './requests';
import type { IDesktopConnection } from '../tokens';

/** A connection to one desktop, over any number of sockets. */
export class DesktopConnection implements IDesktopConnection {
  constructor(private readonly _options: IConnectionOptions) {
    this.name = _options.name;
    this.clipboard = new DesktopClipboard(_options.api, this);
    this._prepare = _options.prepare ?? (() => Promise.resolve());
    this._screen = new ScreenRequests({ ..._options, connection: this });
    this._tickets = new Tickets({ ..._options, prepare: this._prepare, granted: change => this._setStatus(change) });
    this._socket = new RfbSocket({
      prepare: () => this._tickets.request(),
      openSocket: _options.openSocket ?? ((url, subprotocols) => new WebSocket(url, subprotocols)),
      opened: socket => this._socketOpened.emit(socket),
      closed: (code, opened) => this._onClosed(code, opened),
      told: news => this._status.model && this.update({ ...this._status.model, ...news }),
      failed: error => (this._usesCachedModel ? void this._request() : this._onError(error))
    });
  }

  readonly name: string;
  readonly clipboard: DesktopClipboard;

  get status(): Desktop.IStatus {
    return this._status;
  }

  get statusChanged(): ISignal<this, Desktop.IStatus> {
    return this._statusChanged;
  }

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
    this._socket.dispose();
    this._cancel();
    this._retry.dispose();
    this._screen.dispose();
    this._disposed.emit();
    Signal.clearData(this);
  }

  start(): void {
    this._begin('start');
  }

  attach(): void {
    this._begin('get');
  }

  create(): void {
    this._begin('create');
  }

  reconnect(): void {
    this._retry.resetFailures();
    this._tickets.reset();
    this._setStatus({ phase: 'lost', connected: false, retryAt: null });
    void this._request();
  }

  get paused(): boolean {
    return this._retry.paused;
  }
  set paused(value: boolean) {
    if (this._retry.paused === value || this._isDisposed) {
      return;
    }
    this._retry.paused = value;
    if (value && this._status.retryAt !== null) {
      this._defer({});
    } else if (!value) {
      this.wake();
    }
  }

  wake(): void {
    if (!this._retry.paused && (this._retry.isDeferred || this._status.retryAt !== null)) {
      this._retry.resetFailures();
      void this._request();
    }
  }

  handshakeDone(): void {
    if (this._socket.isActive) {
      this._socket.handshakeDone();
      this._tickets.reset();
      this._retry.resetFailures();
      this._usesCachedModel = false;
      this._verb = 'get';
      this._setStatus({ phase: 'running', connected: true, problem: null, retryAt: null });
    }
  }

  /** Use a model from elsewhere, such as the list; null if the desktop does not exist. */
  update(model: Desktop.IModel | null): void {
    if (model === null) {
      if (this._status.model !== null && awaitsUser(this._status)) {
        this._cancel();
        this._setStatus(removedStatus(this.name));
      }
    } else if (contradicts(model, this._status)) {
      this._cancel();
      this._follow(model);
    } else if ((this._status.connected || isDisconnectedByServer(this._status)) && model.phase === 'running') {
      this._setStatus({ model, ...rightsFrom(model, this._status) });
    }
  }

  async refresh(): Promise<void> {
    await this._updateFrom(this._options.api.get(this.name));
  }

  async keep(): Promise<void> {
    await this._updateFrom(this._options.api.keep(this.name));
  }

  async pausePrograms(paused: boolean): Promise<void> {
    this.update(await this._options.api.pausePrograms(this.name, paused));
  }

  report(): Promise<string> {
    return this._options.api.report(this.name);
  }

  changeScreen(change: Desktop.IScreenChange): void {
    this._screen.request(change);
  }

  private async _updateFrom(response: Promise<Desktop.IModel>): Promise<void> {
    // If it fails, the status stays as it is; if the server is gone, the socket closes.
    await response.then(model => this.update(model)).catch(() => undefined);
  }

  private _begin(verb: Verb): void {
    this._verb = verb;
    this._setStatus({ phase: 'starting', connected: false, problem: null, retryAt: null });
    const model = this._options.cachedModel?.();
    if (model?.phase === 'running' && Desktop.isUsable(model)) {
      // The socket shows whether the model is still correct, and saves a request.
      this._cancel();
      this._usesCachedModel = true;
      this._follow(model);
    } else {
      void this._request();
    }
  }

  /** Cancel the pending attempt, request and socket; return the number of the next request. */
  private _cancel(): number {
    this._retry.cancel();
    this._usesCachedModel = false;
    this._socket.close();
    return ++this._requestNumber;
  }

  /** Send the pending request; once it has succeeded, later requests only get the model. */
  private async _request(): Promise<void> {
    const number = this._cancel();
    // Load the RFB client in the meantime; an error is reported when the socket opens.
    this._prepare().catch(() => undefined);
    this._retry.requested();
    let model: Desktop.IModel | null;
    try {
      model = await requestModel(this._options, this._verb, this._status.model);
    } catch (error) {
      return number === this._requestNumber ? this._onError(error) : undefined;
    }
    if (number === this._requestNumber) {
      this._verb = 'get';
      void (model === null ? this._socket.open(this._options.api.socketURL(this.name)) : this._follow(model));
    }
  }

  private _follow(model: Desktop.IModel): void {
    if (model.step === 'stopping') {
      this._setStatus({ model });
      return this._retry.scheduleWhileStopping();
    }
    switch (model.phase) {
      case 'starting':
        this._setStatus({ phase: 'starting', model, problem: null, retryAt: null });
        return this._retry.scheduleWhileStarting();
      case 'running':
        this._retry.startEnded();
        this._setStatus({ phase: this._status.phase === 'lost' ? 'lost' : 'running', model, retryAt: null });
        void this._socket.open(this._options.api.socketURL(this.name));
        return;
      default:
        this._retry.startEnded();
        this._retry.resetFailures();
        this._setStatus({ phase: model.phase, model, problem: model.error, retryAt: null });
    }
  }

  private _onClosed(code: number, opened: boolean): void {
    const status = statusFromClose(code, this.name, this._usesCachedModel);
    if (!opened) {
      this._tickets.socketFailed();
    }
    if (status !== null) {
      this._setStatus(status);
    } else if (this._usesCachedModel) {
      // The cached model was outdated.
      void this._request();
    } else if (code === CloseCodes.STOPPED) {
      this._setStatus({ phase: 'stopped', connected: false });
      // If the desktop has failed, its model says why.
      void this._request();
    } else {
      this._retryLater(null);
    }
  }

  private _onError(error: unknown): void {
    const { phase, problem } = statusFromError(error);
    if (phase === 'lost' && !isFinal(problem)) {
      this._retryLater(problem);
    } else {
      this._setStatus(
        phase === 'stopped' ? removedStatus(this.name) : { phase, connected: false, problem, retryAt: null }
      );
    }
  }

  private _defer(change: Partial<Desktop.IStatus>): void {
    this._cancel();
    this._setStatus({ ...change, retryAt: null });
    this._retry.defer();
  }

  private _retryLater(problem: Desktop.IProblem | null): void {
    this._setStatus({ phase: 'lost', connected: false, problem, retryAt: this._retry.scheduleAfterFailure() });
  }

  private _setStatus(change: Partial<Desktop.IStatus>): void {
    if (!this._isDisposed) {
      this._status = { ...this._status, ...change };
      this._statusChanged.emit(this._status);
    }
  }

  private readonly _prepare: () => Promise<void>;
  private readonly _tickets: Tickets;
  private readonly _socket: RfbSocket;
  private readonly _retry = new RetryTimer({
    attempt: () => void this._request(),
    pausedForLong: () => (this._status.connected ? this._defer(HIDDEN_STATUS) : undefined)
  });
  private readonly _screen: ScreenRequests;
  private readonly _disposed = new Signal<this, void>(this);
  private readonly _statusChanged = new Signal<this, Desktop.IStatus>(this);
  private readonly _socketOpened = new Signal<this, WebSocket>(this);
  private _status = INITIAL_STATUS;
  private _verb: Verb = 'get';
  private _usesCachedModel = false;
  private _requestNumber = 0;
  private _isDisposed = false;
}
