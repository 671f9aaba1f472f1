import { FineDrag } from './finedrag';
import { Trackpad } from './trackpad';

import type { IDisposable } from '@lumino/disposable';
import type { IPointerSettings } from '../pointer/pointersettings';
import type { RfbClient } from '../rfb';
import type { IGesture } from './trackpad';

const TOUCH_EVENTS = ['touchstart', 'touchmove', 'touchend', 'touchcancel'];
const GESTURE_EVENTS = ['gesturestart', 'gesturemove', 'gestureend'];

/**
 * Adapts the gestures that noVNC recognizes before noVNC acts on them.
 *
 * noVNC clicks what a finger is on, but drags only over long distances. In trackpad mode, the finger moves the pointer,
 * and the gestures act where the pointer is.
 */
export class Gestures implements IDisposable {
  constructor(options: Gestures.IOptions) {
    this._options = options;
    for (const type of TOUCH_EVENTS) {
      options.target.addEventListener(type, this, { capture: true, passive: true });
    }
    for (const type of GESTURE_EVENTS) {
      options.target.addEventListener(type, this, true);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const type of [...TOUCH_EVENTS, ...GESTURE_EVENTS]) {
      this._options.target.removeEventListener(type, this, true);
    }
  }

  handleEvent(event: Event): void {
    const client = this._options.client();
    if (client === null || event.target !== client.canvas) {
      return;
    }
    // Safari has events of its own with these names.
    if (event instanceof CustomEvent) {
      this._onGesture(event as CustomEvent<IGesture>);
    } else if (TOUCH_EVENTS.includes(event.type)) {
      this._onTouch(event as TouchEvent, client);
    }
  }

  private _onTouch(event: TouchEvent, client: RfbClient): void {
    if (event.type === 'touchstart') {
      this._options.touched();
    }
    if (this._options.settings().touchMode === 'direct') {
      this._trackpad.reset();
      for (const { type, x, y } of this._drag.track(event.type, event.targetTouches)) {
        const detail: IGesture = { type: 'drag', clientX: x, clientY: y };
        const gesture = new CustomEvent(type, { detail });
        this._ours.add(gesture);
        client.canvas.dispatchEvent(gesture);
      }
      return;
    }
    this._trackpad.bounds = client.canvas.getBoundingClientRect();
    const place = this._trackpad.track(event.type, event.targetTouches, event.timeStamp);
    if (place !== null) {
      client.point(place);
    }
  }

  private _onGesture(event: CustomEvent<IGesture>): void {
    const { detail } = event;
    const { touchMode, wheelSpeed } = this._options.settings();
    if (event.type === 'gesturestart') {
      this._options.focus();
    }
    if (detail.type === 'twodrag' && detail.magnitudeX !== undefined && detail.magnitudeY !== undefined) {
      detail.magnitudeX *= wheelSpeed;
      detail.magnitudeY *= wheelSpeed;
    }
    const isWanted =
      touchMode === 'trackpad'
        ? this._trackpad.adapt(event.type, detail, event.timeStamp)
        : this._ours.has(event) || !this._drag.hasBegun;
    if (!isWanted) {
      event.stopImmediatePropagation();
    } else if (!this._ours.has(event)) {
      this._drag.yield();
    }
  }

  private readonly _options: Gestures.IOptions;
  private readonly _trackpad = new Trackpad();
  private readonly _drag = new FineDrag();
  private readonly _ours = new WeakSet<Event>();
  private _isDisposed = false;
}

export namespace Gestures {
  export interface IOptions {
    /** The element that holds noVNC's canvas. */
    target: HTMLElement;
    client: () => RfbClient | null;
    settings: () => IPointerSettings;
    /** Called when a finger touches the desktop. */
    touched: () => void;
    focus: () => void;
  }
}
