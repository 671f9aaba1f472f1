import { keyNamed } from '../keyboard/combination';
import { stepsOf, WheelSteps } from './wheelsteps';

import type { IDisposable } from '@lumino/disposable';
import type { RfbClient } from '../rfb';

/** The distance that noVNC takes for one step. */
const NOVNC_STEP_PIXELS = 50;

/**
 * Turns the distances of wheels and trackpads into steps, and hands noVNC one event for each.
 *
 * noVNC makes at most one step of an event, however far it goes, and forgets what is left of it. A trackpad's pinch is a
 * wheel event with `ctrlKey`, though nobody holds Ctrl: the desktop gets Ctrl around it.
 */
export class Wheel implements IDisposable {
  constructor(options: Wheel.IOptions) {
    this._options = options;
    const { target } = options;
    target.addEventListener('wheel', this, { capture: true, passive: false });
    target.addEventListener('keydown', this, true);
    target.addEventListener('keyup', this, true);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    const { target } = this._options;
    target.removeEventListener('wheel', this, true);
    target.removeEventListener('keydown', this, true);
    target.removeEventListener('keyup', this, true);
  }

  handleEvent(event: WheelEvent | KeyboardEvent): void {
    const canvas = this._options.client()?.canvas;
    if (event.target !== canvas) {
      return;
    }
    if (event instanceof KeyboardEvent) {
      this._onKey(event);
    } else if (!this._ours.has(event) && this._options.isAllowed()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this._turn(event);
    }
  }

  /** Note whether Ctrl is down on the desktop: the canvas gets copies of the keys that go there. */
  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Control') {
      this._controls[event.type === 'keydown' ? 'add' : 'delete'](event.code);
    }
  }

  private _turn(event: WheelEvent): void {
    const client = this._options.client();
    if (client === null) {
      return;
    }
    const { wheelDeltaX, wheelDeltaY } = event as IWheelEvent;
    const { deltaMode: mode } = event;
    const speed = this._options.speed();
    const x = this._x.add(speed * stepsOf({ delta: event.deltaX, mode, units: wheelDeltaX }));
    const y = this._y.add(speed * stepsOf({ delta: event.deltaY, mode, units: wheelDeltaY }));
    if (x === 0 && y === 0) {
      return;
    }
    const isPinch = event.ctrlKey && this._controls.size === 0;
    if (isPinch) {
      client.pressKey(keyNamed('Ctrl'), true);
    }
    this._dispatch(event, Math.sign(x), 0, Math.abs(x));
    this._dispatch(event, 0, Math.sign(y), Math.abs(y));
    if (isPinch) {
      client.pressKey(keyNamed('Ctrl'), false);
    }
  }

  private _dispatch(event: WheelEvent, x: number, y: number, count: number): void {
    const { clientX, clientY, buttons } = event;
    for (let step = 0; step < count; step++) {
      const copy = new WheelEvent('wheel', {
        clientX,
        clientY,
        buttons,
        deltaX: x * NOVNC_STEP_PIXELS,
        deltaY: y * NOVNC_STEP_PIXELS,
        cancelable: true
      });
      this._ours.add(copy);
      this._options.client()?.canvas.dispatchEvent(copy);
    }
  }

  private readonly _options: Wheel.IOptions;
  private readonly _x = new WheelSteps();
  private readonly _y = new WheelSteps();
  private readonly _ours = new WeakSet<Event>();
  /** The Ctrl keys that are down on the desktop, by code. */
  private readonly _controls = new Set<string>();
  private _isDisposed = false;
}

export namespace Wheel {
  export interface IOptions {
    /** The element that holds noVNC's canvas. */
    target: HTMLElement;
    client: () => RfbClient | null;
    /** Returns whether the wheel is the desktop's; otherwise it scrolls the panel. */
    isAllowed: () => boolean;
    /** Returns what distances are multiplied by. */
    speed: () => number;
  }
}

/** Members that TypeScript's library lacks, since they are older than the standard. */
interface IWheelEvent extends WheelEvent {
  wheelDeltaX?: number;
  wheelDeltaY?: number;
}
