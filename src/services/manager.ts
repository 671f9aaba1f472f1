import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';

import { DesktopError } from './restapi';
import { DesktopSession } from './connection';

import type { ISignal } from '@lumino/signaling';
import type { Desktop, IDesktopAPI, IDesktopManager } from '../tokens';

/** How often the list is asked for, and how seldom at least when that fails, in milliseconds. */
const INTERVAL = 10 * 1000;
const LONGEST_INTERVAL = 300 * 1000;

/** The desktops of a server: the list, kept fresh by asking, and what changes it. */
export class DesktopManager implements IDesktopManager {
  constructor(options: DesktopManager.IOptions) {
    this.api = options.api;
    this._prepare = options.prepare;
    this._poll = new Poll({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: INTERVAL, backoff: true, max: LONGEST_INTERVAL },
      name: 'jupyter-vnc-proxy:DesktopManager#desktops',
      standby: options.standby ?? 'when-hidden'
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
    for (const session of [...this._sessions]) {
      session.dispose();
    }
    Signal.clearData(this);
  }

  desktops(): readonly Desktop.IModel[] {
    return this._models;
  }

  async refresh(): Promise<void> {
    await this._poll.refresh();
    // It is rejected where the manager is disposed of meanwhile.
    await this._poll.tick.catch(() => undefined);
  }

  async create(options: Desktop.ICreateOptions): Promise<Desktop.IModel> {
    return this._changing(this.api.create(options));
  }

  async start(name: string): Promise<Desktop.IModel> {
    return this._changing(this.api.start(name));
  }

  async stop(name: string): Promise<Desktop.IModel> {
    return this._changing(this.api.stop(name));
  }

  async restart(name: string): Promise<Desktop.IModel> {
    return this._changing(this.api.restart(name));
  }

  async keep(name: string): Promise<Desktop.IModel> {
    return this._changing(this.api.keep(name));
  }

  async delete(name: string): Promise<void> {
    await this._changing(this.api.delete(name));
  }

  connectTo(name: string): DesktopSession {
    const known = () => this._models.find(model => model.name === name);
    const session = new DesktopSession({ name, api: this.api, prepare: this._prepare, known });
    this._sessions.add(session);
    session.statusChanged.connect(this._onStatus, this);
    session.disposed.connect(() => this._sessions.delete(session));
    return session;
  }

  /** What was asked for shows in the list at once. */
  private async _changing<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } finally {
      if (!this._isDisposed) {
        void this._poll.refresh();
      }
    }
  }

  /** A session saw a desktop's phase change before the list did. */
  private _onStatus(_: DesktopSession, { model }: Desktop.IStatus): void {
    if (model !== null) {
      const known = this._models.find(({ name }) => name === model.name);
      if (known?.phase !== model.phase || known.stops_at !== model.stops_at) {
        const others = this._models.filter(other => other !== known);
        this._take([...others, model].sort((a, b) => (a.name < b.name ? -1 : 1)));
      }
    }
  }

  private async _fetch(): Promise<void> {
    try {
      const models = await this.api.list();
      if (!this._isDisposed) {
        this._take(models);
      }
    } catch (error) {
      if (error instanceof DesktopError && error.code === DesktopError.MISSING) {
        // Asking on would fill the server's log; opening a panel asks again.
        void this._poll.stop();
        return;
      }
      throw error;
    }
  }

  private _take(models: Desktop.IModel[]): void {
    if (JSON.stringify(models) === JSON.stringify(this._models)) {
      return;
    }
    this._models = models;
    for (const session of this._sessions) {
      session.update(models.find(({ name }) => name === session.name) ?? null);
    }
    this._changed.emit(models);
  }

  private readonly _prepare: () => Promise<void>;
  private readonly _poll: Poll;
  private readonly _changed = new Signal<this, readonly Desktop.IModel[]>(this);
  private readonly _sessions = new Set<DesktopSession>();
  private _models: Desktop.IModel[] = [];
  private _isDisposed = false;
}

export namespace DesktopManager {
  export interface IOptions {
    api: IDesktopAPI;
    /** Loads what a session needs before it opens a socket. */
    prepare: () => Promise<void>;
    /** When not to ask for the list. */
    standby?: Poll.Standby | (() => boolean | Poll.Standby);
  }
}
