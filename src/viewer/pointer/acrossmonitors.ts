import type { IDisposable } from '@lumino/disposable';
import type RFB from '@novnc/novnc';
import type { IPosition } from './relativepointer';

const EVENTS = ['mousemove', 'mouseup'];

/**
 * Lets a drag that leaves the picture of a monitor go on over the desktop's other monitors, as if they were beside it
 * on the screen; noVNC keeps it at the picture's edge.
 */
export class AcrossMonitors implements IDisposable {
  constructor(rfb: RFB, canvas: HTMLCanvasElement) {
    this._rfb = rfb;
    this._canvas = canvas;
    const { _handleMouseMove: move, _handleMouseButton: button } = rfb;
    rfb._handleMouseMove = (x, y) => {
      const place = this._placeOf({ x, y });
      move.call(rfb, place.x, place.y);
    };
    rfb._handleMouseButton = (x, y, mask) => {
      const place = this._placeOf({ x, y });
      button.call(rfb, place.x, place.y, mask);
    };
    for (const type of EVENTS) {
      document.addEventListener(type, this, { capture: true, passive: true });
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const type of EVENTS) {
      document.removeEventListener(type, this, { capture: true });
    }
  }

  handleEvent({ clientX, clientY }: MouseEvent): void {
    this._last = { x: clientX, y: clientY };
  }

  /** Return the place of a drag on the canvas in CSS pixels; if the pointer has left the canvas, beyond it. */
  private _placeOf(place: IPosition): IPosition {
    const { _display: display } = this._rfb;
    if (this._last === null || !display.clipViewport || this._rfb._mouseButtonMask === 0) {
      return place;
    }
    const { left, top, right, bottom } = this._canvas.getBoundingClientRect();
    const { x, y } = this._last;
    if (x >= left && x < right && y >= top && y < bottom) {
      return place;
    }
    const within = (offset: number, start: number, size: number) =>
      Math.max(-start * display.scale, Math.min((size - 1 - start) * display.scale, offset));
    return {
      x: within(x - left, display.absX(0), display.width),
      y: within(y - top, display.absY(0), display.height)
    };
  }

  private readonly _rfb: RFB;
  private readonly _canvas: HTMLCanvasElement;
  private _last: IPosition | null = null;
  private _isDisposed = false;
}
