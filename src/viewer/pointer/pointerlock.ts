import { Signal } from '@lumino/signaling';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { RfbClient } from '../rfb';
import type { ITranslation } from '../translation';

/** Whether browsers of this kind can lock the pointer; those of phones can't. */
export function canLockPointer(): boolean {
  return 'requestPointerLock' in Element.prototype;
}

/**
 * Gives the pointer to the desktop on request, until the browser or a key gives it back: programs then get how far it
 * moves, however far that is, and may put it anywhere.
 */
export class PointerLock implements IDisposable {
  constructor(options: PointerLock.IOptions) {
    this._options = options;
    document.addEventListener('pointerlockchange', this);
    document.addEventListener('pointerlockerror', this);
    options.target.addEventListener('mousemove', this, true);
    options.target.addEventListener('focusout', this);
  }

  /** Whether the desktop has the pointer. */
  get isOn(): boolean {
    return this._client !== null;
  }

  /** Emitted when the pointer was locked or released for any reason. */
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
    this.release();
    document.removeEventListener('pointerlockchange', this);
    document.removeEventListener('pointerlockerror', this);
    this._options.target.removeEventListener('mousemove', this, true);
    this._options.target.removeEventListener('focusout', this);
    Signal.clearData(this);
  }

  toggle(): void {
    if (this.isOn) {
      this.release();
    } else {
      this._request();
    }
  }

  /** Give the pointer back. */
  release(): void {
    if (this._client !== null && document.pointerLockElement === this._client.canvas) {
      document.exitPointerLock();
    }
    this._end();
  }

  /** Give the pointer back if the desktop is not connected or may not be controlled any more. */
  update(): void {
    if (this.isOn && (this._options.client() !== this._client || !this._options.isAllowed())) {
      this.release();
    }
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'mousemove':
        return this._onMove(event as MouseEvent);
      case 'pointerlockchange':
        return this._onChange();
      case 'pointerlockerror':
        return this._onError();
      case 'focusout':
        return this._onBlur((event as FocusEvent).relatedTarget as Node | null);
    }
  }

  private _request(): void {
    const { client, isAllowed, focus, notify, trans } = this._options;
    const canvas = client()?.canvas;
    if (canvas === undefined || !isAllowed()) {
      return;
    }
    if (!canLockPointer()) {
      notify(trans.__('This browser can’t lock the pointer.'));
      return;
    }
    focus();
    this._requested = canvas;
    // Safari returns nothing; a rejection is also an event.
    void (canvas.requestPointerLock() as Promise<void> | undefined)?.catch(() => undefined);
  }

  private _onChange(): void {
    const element = document.pointerLockElement;
    if (element !== null && element === this._requested && element === this._options.client()?.canvas) {
      void this._begin();
    } else if (this._client !== null && element !== this._client.canvas) {
      this._end();
    }
    this._requested = null;
  }

  private async _begin(): Promise<void> {
    const { client, focus, notify, trans } = this._options;
    const locked = client()!;
    // The button that was clicked may have taken it.
    focus();
    this._client = locked;
    locked.isPointerLocked = true;
    this._changed.emit(true);
    const isTaken = await locked.relative.start();
    if (this._client !== locked) {
      return;
    }
    if (isTaken) {
      notify(trans.__('The desktop has the pointer. Esc or Ctrl+Alt+Shift+M releases it.'));
    } else {
      this.release();
      notify(trans.__('This desktop’s backend can’t lock the pointer: it takes positions only.'));
    }
  }

  private _end(): void {
    const client = this._client;
    if (client === null) {
      return;
    }
    this._client = null;
    client.relative.stop();
    client.isPointerLocked = false;
    this._changed.emit(false);
  }

  private _onError(): void {
    const { notify, trans } = this._options;
    if (this._requested !== null) {
      this._requested = null;
      notify(trans.__('The browser didn’t lock the pointer. Click the desktop, wait a second, and try again.'));
    }
  }

  private _onMove({ movementX, movementY }: MouseEvent): void {
    if (this._client !== null) {
      const { scale } = this._client;
      this._client.relative.move({ x: movementX / scale, y: movementY / scale });
    }
  }

  /** The keyboard's focus has left the desktop, so that no key of its could release the pointer. */
  private _onBlur(next: Node | null): void {
    if (next !== null && !this._options.target.contains(next)) {
      this.release();
    }
  }

  private readonly _options: PointerLock.IOptions;
  private readonly _changed = new Signal<this, boolean>(this);
  /** The canvas whose lock was requested. */
  private _requested: Element | null = null;
  /** The client whose canvas has the lock. */
  private _client: RfbClient | null = null;
  private _isDisposed = false;
}

export namespace PointerLock {
  export interface IOptions {
    /** The element that holds noVNC's canvas. */
    target: HTMLElement;
    trans: ITranslation;
    client: () => RfbClient | null;
    /** Returns whether the desktop is connected and its pointer may be moved. */
    isAllowed: () => boolean;
    /** Focuses the desktop. */
    focus: () => void;
    notify: (message: string) => void;
  }
}
