import type { IDisposable } from '@lumino/disposable';
import type RFB from '@novnc/novnc';

/**
 * The time that a desktop's programs get to draw themselves in a new size, after the last of several changes: Xfce's
 * background takes half a second.
 */
const REDRAW_MS = 600;

/**
 * Shows the last picture, stretched, while the desktop changes its size: what its programs have not drawn yet is black,
 * and what has not arrived is blank.
 */
export class HeldFrame implements IDisposable {
  constructor(rfb: RFB, target: HTMLElement, canvas: HTMLCanvasElement) {
    this._target = target;
    this._source = canvas;
    const { _display: display } = rfb;
    const { resize } = display;
    display.resize = (width, height) => {
      if (width !== canvas.width || height !== canvas.height) {
        this.hold();
      }
      resize.call(display, width, height);
    };
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this.release();
  }

  /** Whether the canvas shows the desktop. */
  isPainted = false;

  /** Show the picture as it is now for some time, or one that is shown already for longer. */
  hold(): void {
    const { width, height } = this._source;
    if (!this.isPainted || this._isDisposed || width === 0 || height === 0) {
      return;
    }
    if (this._copy === null) {
      this._copy = document.createElement('canvas');
      Object.assign(this._copy, { width, height, className: 'jp-Desktop-heldFrame' });
      this._copy.dataset.kept = 'held';
      this._copy.setAttribute('aria-hidden', 'true');
      this._copy.getContext('2d')?.drawImage(this._source, 0, 0);
      this._target.append(this._copy);
    }
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.release(), REDRAW_MS);
  }

  /** Show the desktop itself. */
  release(): void {
    clearTimeout(this._timer);
    this._copy?.remove();
    this._copy = null;
  }

  private readonly _target: HTMLElement;
  private readonly _source: HTMLCanvasElement;
  private _copy: HTMLCanvasElement | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}
