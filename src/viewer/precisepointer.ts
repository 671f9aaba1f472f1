import type { IDisposable } from '@lumino/disposable';

const POINTER_EVENTS = ['pointermove', 'pointerdown', 'pointerup'];
const MOUSE_EVENTS = ['mousemove', 'mousedown', 'mouseup'];

/**
 * Gives mouse events, which noVNC handles, the fractions of a CSS pixel that the pointer events before them have.
 *
 * Browsers round a mouse event's place, so that only every other pixel of a screen with two of them could be clicked.
 */
export class PrecisePointer implements IDisposable {
  constructor(target: HTMLElement) {
    this._target = target;
    for (const type of [...POINTER_EVENTS, ...MOUSE_EVENTS]) {
      target.addEventListener(type, this, { capture: true, passive: true });
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const type of [...POINTER_EVENTS, ...MOUSE_EVENTS]) {
      this._target.removeEventListener(type, this, { capture: true });
    }
  }

  handleEvent(event: MouseEvent): void {
    const { clientX, clientY } = event;
    if (POINTER_EVENTS.includes(event.type)) {
      this._last = { clientX, clientY };
    } else if (Math.abs(this._last.clientX - clientX) < 1 && Math.abs(this._last.clientY - clientY) < 1) {
      Object.defineProperties(event, {
        clientX: { value: this._last.clientX },
        clientY: { value: this._last.clientY }
      });
    }
  }

  private readonly _target: HTMLElement;
  private _last = { clientX: NaN, clientY: NaN };
  private _isDisposed = false;
}
