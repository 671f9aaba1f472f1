import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';

import { leaveWhenIdle } from './attention';
import { DesktopConnection } from './connection';
import { DesktopError } from './restapi';

import type { ISignal } from '@lumino/signaling';
import type { Desktop } from '../model';
import type { IDesktopAPI, IDesktopManager } from '../tokens';
import type { IAttention } from './attention';

/** The time between two requests for the list, and its maximum after failures. */
const POLL_INTERVAL_MS = 10 * 1000;
const MAX_POLL_INTERVAL_MS = 300 * 1000;

/** The desktops of a server: polls the list and sends requests that change it. */
export class DesktopManager implements IDesktopManager {
  constructor(options: DesktopManager.IOptions) {
    this.api = options.api;
    this._prepare = options.prepare;
    this._attention = options.attention;
    const { standby = 'when-hidden' } = options;
    this._poll = new Poll({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: POLL_INTERVAL_MS, backoff: true, max: MAX_POLL_INTERVAL_MS },
      name: 'jupyter-vnc-proxy:DesktopManager#desktops',
      standby: () => this._isUnattended || (typeof standby === 'function' ? standby() : standby)
    });
    void this._poll.start();
  }

  readonly api: IDesktopAPI;

  get changed(): ISignal<this, readonly Desktop.IModel[]> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._poll.dispose();
    for (const connection of [...this._connections]) {
      connection.dispose();
    }
    Signal.clearData(this);
  }

  desktops(): readonly Desktop.IModel[] {
    return this._models;
  }

  async refresh(): Promise<void> {
    await this._poll.refresh();
    // The tick is rejected if the manager is disposed in the meantime.
    await this._poll.tick.catch(() => undefined);
  }

  async create(options: Desktop.ICreateOptions): Promise<Desktop.IModel> {
    return this._thenRefresh(this.api.create(options));
  }

  async start(name: string): Promise<Desktop.IModel> {
    return this._thenRefresh(this.api.start(name));
  }

  async stop(name: string): Promise<Desktop.IModel> {
    return this._thenRefresh(this.api.stop(name));
  }

  async restart(name: string): Promise<Desktop.IModel> {
    return this._thenRefresh(this.api.restart(name));
  }

  async keep(name: string): Promise<Desktop.IModel> {
    return this._thenRefresh(this.api.keep(name));
  }

  async delete(name: string): Promise<void> {
    await this._thenRefresh(this.api.delete(name));
  }

  connectTo(name: string): DesktopConnection {
    const cachedModel = () => this._models.find(model => model.name === name);
    const connection = new DesktopConnection({ name, api: this.api, prepare: this._prepare, cachedModel });
    this._connections.add(connection);
    connection.statusChanged.connect(this._onStatusChanged, this);
    if (this._attention !== undefined) {
      leaveWhenIdle(connection, this._attention);
    }
    connection.disposed.connect(() => this._connections.delete(connection));
    return connection;
  }

  /** Whether nobody uses the page, and no visible panel is connected: its socket would count as activity as well. */
  private get _isUnattended(): boolean {
    const isConnected = (connection: DesktopConnection) => connection.status.connected && !connection.paused;
    return this._attention?.isAway === true && ![...this._connections].some(isConnected);
  }

  /** Refresh the list after a request, so that its effect shows immediately. */
  private async _thenRefresh<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } finally {
      if (!this._isDisposed) {
        void this._poll.refresh();
      }
    }
  }

  /** Update the list from a connection, which sees changes first. */
  private _onStatusChanged(_: DesktopConnection, { model }: Desktop.IStatus): void {
    if (model !== null) {
      const listed = this._models.find(({ name }) => name === model.name);
      if (listed?.phase !== model.phase || listed.stops_at !== model.stops_at) {
        const others = this._models.filter(other => other !== listed);
        this._setModels([...others, model].sort((a, b) => (a.name < b.name ? -1 : 1)));
      }
    }
  }

  private async _fetch(): Promise<void> {
    try {
      const models = await this.api.list();
      if (!this._isDisposed) {
        this._setModels(models);
      }
    } catch (error) {
      if (error instanceof DesktopError && error.code === DesktopError.MISSING) {
        // More requests would only fill the server's log; opening a panel sends one.
        void this._poll.stop();
        return;
      }
      throw error;
    }
  }

  private _setModels(models: Desktop.IModel[]): void {
    if (JSON.stringify(models) === JSON.stringify(this._models)) {
      return;
    }
    this._models = models;
    for (const connection of this._connections) {
      connection.update(models.find(({ name }) => name === connection.name) ?? null);
    }
    this._changed.emit(models);
  }

  private readonly _prepare: () => Promise<void>;
  private readonly _attention: IAttention | undefined;
  private readonly _poll: Poll;
  private readonly _changed = new Signal<this, readonly Desktop.IModel[]>(this);
  private readonly _connections = new Set<DesktopConnection>();
  private _models: Desktop.IModel[] = [];
  private _isDisposed = false;
}

export namespace DesktopManager {
  export interface IOptions {
    api: IDesktopAPI;
    /** Loads the code that a connection needs before it opens a socket. */
    prepare: () => Promise<void>;
    /** Whether a person uses the page. */
    attention?: IAttention;
    /** When to stop polling. */
    standby?: Poll.Standby | (() => boolean | Poll.Standby);
  }
}
