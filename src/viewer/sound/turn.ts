import { Signal } from '@lumino/signaling';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

/** Who plays the sound of one desktop, among all panels and pages of this browser: the one that asked last. */
export class SoundTurn implements IDisposable {
  constructor(options: SoundTurn.IOptions) {
    this._lock = `jupyter-vnc-proxy:sound:${options.key}`;
    if (typeof BroadcastChannel !== 'undefined') {
      this._channel = new BroadcastChannel(this._lock);
      this._channel.onmessage = () => this._watch();
    }
    this._watch();
  }

  /** Whether this panel plays. */
  get isOurs(): boolean {
    return this._release !== null;
  }

  /** Whether another panel or page plays. */
  get isElsewhere(): boolean {
    return this._isElsewhere;
  }

  /** Emitted if another panel has taken or given up the turn. */
  get changed(): ISignal<this, void> {
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
    this._watching?.abort();
    this._channel?.close();
    this.giveUp();
    Signal.clearData(this);
  }

  /** Take the turn from any other panel. */
  take(): void {
    if (this.isOurs || this._isDisposed) {
      return;
    }
    this._watching?.abort();
    this._isElsewhere = false;
    const held = new Promise<void>(done => (this._release = done));
    const release = this._release;
    void navigator.locks
      ?.request(this._lock, { steal: true }, () => {
        this._channel?.postMessage('taken');
        return held;
      })
      .catch(() => {
        // Another panel has taken it.
        if (this._release === release) {
          this._release = null;
          this._watch();
        }
      });
  }

  giveUp(): void {
    const release = this._release;
    this._release = null;
    release?.();
  }

  /** Wait until no other panel plays, if one does. */
  private _watch(): void {
    if (this.isOurs || this._isDisposed || navigator.locks === undefined) {
      return;
    }
    this._watching?.abort();
    const watching = new AbortController();
    this._watching = watching;
    const { signal } = watching;
    const mode = 'shared';
    void navigator.locks
      .query()
      .then(({ held = [] }) => {
        this._setElsewhere(
          held.some(({ name, mode: how }) => name === this._lock && how === 'exclusive'),
          signal
        );
        return this._isElsewhere && !signal.aborted
          ? navigator.locks.request(this._lock, { mode, signal }, () => this._setElsewhere(false, signal))
          : undefined;
      })
      .catch(() => undefined);
  }

  private _setElsewhere(value: boolean, { aborted }: AbortSignal): void {
    if (!aborted) {
      this._isElsewhere = value;
      this._changed.emit();
    }
  }

  private readonly _lock: string;
  private readonly _channel: BroadcastChannel | null = null;
  private readonly _changed = new Signal<this, void>(this);
  private _watching: AbortController | null = null;
  private _release: (() => void) | null = null;
  private _isElsewhere = false;
  private _isDisposed = false;
}

export namespace SoundTurn {
  export interface IOptions {
    /** The desktop's address without secrets, which is the same for all its panels. */
    key: string;
  }
}
