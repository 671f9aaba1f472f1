import type { IDisposable } from '@lumino/disposable';
import type { RfbClient } from '../rfb';

const PEN_EVENTS = ['pointerdown', 'pointermove', 'pointerup', 'pointercancel'];
const MOUSE_EVENTS = ['mousedown', 'mousemove', 'mouseup'];
const TOUCH_EVENTS = ['touchstart', 'touchmove', 'touchend', 'touchcancel'];

/** `PointerEvent.buttons` of a pen. */
const TIP = 1;
const BARREL = 2;
const ERASER = 32;

/** Bits of RFB's button mask. */
const LEFT = 1;
const RIGHT = 4;

/** Return RFB's buttons for those of a pen: the tip is the left one, and the right one with the button of the barrel. */
export function penButtons(buttons: number): number {
  if (buttons & BARREL) {
    return RIGHT;
  }
  return buttons & (TIP | ERASER) ? LEFT : 0;
}

/**
 * Moves the pointer with a pen, over the screen or on it.
 *
 * Phones and tablets report a pen as a finger too, and other devices as a mouse: neither reaches noVNC.
 */
export class Pen implements IDisposable {
  constructor(options: Pen.IOptions) {
    this._options = options;
    for (const type of [...PEN_EVENTS, ...MOUSE_EVENTS]) {
      options.target.addEventListener(type, this, true);
    }
    for (const type of TOUCH_EVENTS) {
      options.target.addEventListener(type, this, { capture: true, passive: false });
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const type of [...PEN_EVENTS, ...MOUSE_EVENTS, ...TOUCH_EVENTS]) {
      this._options.target.removeEventListener(type, this, true);
    }
  }

  handleEvent(event: Event): void {
    if (PEN_EVENTS.includes(event.type)) {
      this._onPointer(event as PointerEvent);
    } else if (MOUSE_EVENTS.includes(event.type)) {
      // What noVNC or a held event makes is not trusted.
      if (this._isPen && event.isTrusted) {
        consume(event);
      }
    } else {
      this._onTouch(event as TouchEvent);
    }
  }

  private _onPointer(event: PointerEvent): void {
    this._isPen = event.pointerType === 'pen';
    const client = this._options.client();
    if (!this._isPen || client === null || (event.target !== client.canvas && this._buttons === 0)) {
      return;
    }
    if (event.type === 'pointerdown') {
      this._options.focus();
      capture(client.canvas, event.pointerId);
    }
    const buttons = event.type === 'pointercancel' ? 0 : penButtons(event.buttons);
    const place = { x: event.clientX, y: event.clientY };
    if (buttons === this._buttons) {
      client.point(place);
    } else {
      this._buttons = buttons;
      client.point(place, buttons);
    }
  }

  private _onTouch(event: TouchEvent): void {
    const changed = [...event.changedTouches].map(touch => touch.identifier);
    if (event.type === 'touchstart' && this._buttons !== 0) {
      changed.forEach(id => this._touches.add(id));
    }
    if (changed.every(id => this._touches.has(id))) {
      consume(event);
    }
    if (event.type === 'touchend' || event.type === 'touchcancel') {
      changed.forEach(id => this._touches.delete(id));
    }
  }

  private readonly _options: Pen.IOptions;
  /** Whether the last pointer event was a pen's: the mouse events after it are its own. */
  private _isPen = false;
  private _buttons = 0;
  /** The touches that are the pen, or the hand that holds it. */
  private readonly _touches = new Set<number>();
  private _isDisposed = false;
}

export namespace Pen {
  export interface IOptions {
    /** The element that holds noVNC's canvas. */
    target: HTMLElement;
    client: () => RfbClient | null;
    focus: () => void;
  }
}

/** Have the pen's events go to the canvas until it is lifted. */
function capture(canvas: HTMLElement, pointerId: number): void {
  try {
    canvas.setPointerCapture(pointerId);
  } catch {
    // The pen is gone already.
  }
}

function consume(event: Event): void {
  event.stopImmediatePropagation();
  if (event.cancelable) {
    event.preventDefault();
  }
}
