import { Signal } from '@lumino/signaling';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

/** The Keyboard Lock API, which TypeScript's library lacks: https://wicg.github.io/keyboard-lock/ */
interface INavigator extends Navigator {
  keyboard?: { lock?(keys?: string[]): Promise<void>; unlock?(): void };
}

/** Full screen for one element, with the browser's and system's shortcuts if the browser supports keyboard lock. */
export class FullScreen implements IDisposable {
  constructor(options: FullScreen.IOptions) {
    this._node = options.node;
    document.addEventListener('fullscreenchange', this);
  }

  get isOn(): boolean {
    return document.fullscreenElement === this._node;
  }

  /** Whether the desktop gets the keys that the browser and the system keep otherwise. */
  get hasAllKeys(): boolean {
    return this.isOn && this._hasLock;
  }

  /** Emitted when full screen was entered or left for any reason. */
  get changed(): ISignal<this, boolean> {
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
    document.removeEventListener('fullscreenchange', this);
    Signal.clearData(this);
  }

  async toggle(): Promise<void> {
    if (this.isOn) {
      return document.exitFullscreen();
    }
    await this._node.requestFullscreen({ navigationUI: 'hide' });
    try {
      // With the lock, the desktop receives Escape; holding it leaves full screen.
      const lock = (navigator as INavigator).keyboard?.lock?.();
      await lock;
      this._hasLock = lock !== undefined;
    } catch {
      // Without the lock, Escape leaves full screen.
    }
  }

  handleEvent(): void {
    if (this.isOn !== this._wasOn) {
      this._wasOn = this.isOn;
      if (!this.isOn) {
        this._hasLock = false;
        (navigator as INavigator).keyboard?.unlock?.();
      }
      this._changed.emit(this.isOn);
    }
  }

  private readonly _node: HTMLElement;
  private readonly _changed = new Signal<this, boolean>(this);
  private _isDisposed = false;
  private _wasOn = false;
  private _hasLock = false;
}

export namespace FullScreen {
  export interface IOptions {
    node: HTMLElement;
  }
}
