import type { IPosition } from '../pointer/relativepointer';

/** A finger that has moved no further than this has tapped. */
const TAP_PIXELS = 10;

/** The time after a tap in which another touch drags. */
const DRAG_DELAY_MS = 350;

/** Speeds of a finger, in CSS pixels per millisecond, between which the pointer accelerates. */
const SLOW = 0.2;
const FAST = 1.5;

/** How far the pointer moves in comparison with a slow finger and with a fast one. */
const SLOW_GAIN = 1;
const FAST_GAIN = 2.5;

/** What noVNC's gesture handler reports. Positions are those of the browser's window. */
export interface IGesture {
  type: 'onetap' | 'twotap' | 'threetap' | 'drag' | 'longpress' | 'twodrag' | 'pinch';
  clientX: number;
  clientY: number;
  magnitudeX?: number;
  magnitudeY?: number;
}

/** The edges within which the pointer stays, in CSS pixels of the window. */
export interface IBounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface ITouch {
  clientX: number;
  clientY: number;
}

/** Return how far the pointer moves in comparison with a finger of a speed, in CSS pixels per millisecond. */
export function gainAt(speed: number): number {
  const part = Math.max(0, Math.min(1, (speed - SLOW) / (FAST - SLOW)));
  return SLOW_GAIN + part * (FAST_GAIN - SLOW_GAIN);
}

/**
 * The pointer that one finger moves as on a laptop's trackpad.
 *
 * noVNC's gestures begin after 50 pixels, so that they are too coarse to move a pointer: `track` follows the touches.
 * `adapt` moves the gestures to the pointer, and rejects those that have only moved it. A tap and then a touch that
 * moves drag with the left button.
 */
export class Trackpad {
  /** Where the pointer may be; it begins in the middle. */
  set bounds(bounds: IBounds) {
    this._bounds = bounds;
    this._place = this._clamped(
      this._place ?? { x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2 }
    );
  }

  /** Forget the finger and the pointer. */
  reset(): void {
    this._finger = null;
    this._place = null;
    this._tappedAt = -Infinity;
  }

  /** Follow the fingers that are down after a touch event; return where the pointer has moved, if it has. */
  track(type: string, touches: ArrayLike<ITouch>, time: number): IPosition | null {
    const finger = touches.length === 1 ? touches[0] : null;
    const last = this._finger;
    this._finger = finger === null ? null : { x: finger.clientX, y: finger.clientY };
    if (type === 'touchstart' && finger !== null) {
      this._distance = 0;
      this._begin = this._place;
      this._drags = time - this._tappedAt < DRAG_DELAY_MS;
    }
    const elapsed = Math.max(1, time - this._time);
    this._time = time;
    if (type !== 'touchmove' || last === null || this._finger === null || this._place === null) {
      return null;
    }
    const [x, y] = [this._finger.x - last.x, this._finger.y - last.y];
    const distance = Math.hypot(x, y);
    const gain = gainAt(distance / elapsed);
    this._distance += distance;
    this._place = this._clamped({ x: this._place.x + gain * x, y: this._place.y + gain * y });
    // A drag moves when noVNC has pressed the button.
    return this._drags ? null : this._place;
  }

  /** Move a gesture of noVNC to the pointer; return whether noVNC may act on it. */
  adapt(event: string, gesture: IGesture, time: number): boolean {
    const hasMoved = this._distance > TAP_PIXELS;
    if (event === 'gesturestart') {
      this._isRejected = gesture.type === 'drag' ? !this._drags : hasMoved && this._isStill(gesture);
    }
    if (this._isRejected || this._place === null) {
      return false;
    }
    if (gesture.type === 'onetap' && event === 'gestureend') {
      this._tappedAt = time;
    }
    const place = event === 'gesturestart' && gesture.type === 'drag' ? (this._begin ?? this._place) : this._place;
    gesture.clientX = place.x;
    gesture.clientY = place.y;
    return true;
  }

  /** Whether a gesture is one of a single finger that doesn't move. */
  private _isStill({ type }: IGesture): boolean {
    return type === 'onetap' || type === 'longpress';
  }

  private _clamped({ x, y }: IPosition): IPosition {
    const { left, top, right, bottom } = this._bounds;
    return { x: Math.max(left, Math.min(right - 1, x)), y: Math.max(top, Math.min(bottom - 1, y)) };
  }

  private _bounds: IBounds = { left: 0, top: 0, right: 0, bottom: 0 };
  private _place: IPosition | null = null;
  private _begin: IPosition | null = null;
  private _finger: IPosition | null = null;
  private _distance = 0;
  private _time = 0;
  private _drags = false;
  private _isRejected = false;
  private _tappedAt = -Infinity;
}
