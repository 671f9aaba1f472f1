import type { IPosition } from '../pointer/relativepointer';

/** A finger that has moved further drags. */
const SLOP_PIXELS = 15;

/** A step of a drag, as noVNC's gesture events name them. */
export interface IDragStep extends IPosition {
  type: 'gesturestart' | 'gesturemove' | 'gestureend';
}

interface ITouch {
  clientX: number;
  clientY: number;
}

/**
 * Begins a drag with one finger earlier than noVNC, which takes all that moves less than 50 pixels for a tap.
 *
 * From then on, noVNC's own gestures with these fingers count for nothing.
 */
export class FineDrag {
  /** Whether noVNC's gestures count for nothing. */
  get hasBegun(): boolean {
    return this._state === 'drags' || this._state === 'over';
  }

  /** Follow the fingers that are down after a touch event; return the steps of a drag. */
  track(type: string, touches: ArrayLike<ITouch>): IDragStep[] {
    const last = this._last;
    if (touches.length === 1) {
      this._last = { x: touches[0].clientX, y: touches[0].clientY };
    }
    if (type === 'touchstart' && touches.length === 1) {
      this._first = this._last;
      this._state = 'waits';
      return [];
    }
    if (this._state === 'drags' && (type !== 'touchmove' || touches.length !== 1)) {
      this._state = 'over';
      return [{ type: 'gestureend', ...last }];
    }
    if (this._state === 'waits' && touches.length !== 1) {
      this._state = 'noVNC';
    }
    if (type !== 'touchmove') {
      return [];
    }
    if (this._state === 'drags') {
      return [{ type: 'gesturemove', ...this._last }];
    }
    const distance = Math.hypot(this._last.x - this._first.x, this._last.y - this._first.y);
    if (this._state === 'waits' && distance > SLOP_PIXELS) {
      this._state = 'drags';
      return [
        { type: 'gesturestart', ...this._first },
        { type: 'gesturemove', ...this._last }
      ];
    }
    return [];
  }

  /** noVNC has recognized a gesture. */
  yield(): void {
    if (this._state === 'waits') {
      this._state = 'noVNC';
    }
  }

  /** `waits` for a motion; `over` until all fingers are lifted. */
  private _state: 'noVNC' | 'waits' | 'drags' | 'over' = 'noVNC';
  private _first: IPosition = { x: 0, y: 0 };
  private _last: IPosition = { x: 0, y: 0 };
}
