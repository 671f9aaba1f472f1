import type { IDisposable } from '@lumino/disposable';

/** The events that count as activity of the user. */
export const ACTIVITY_EVENTS = ['keydown', 'pointerdown', 'pointermove', 'wheel'];

/** The time after which the server has noticed activity. */
const DELAY_MS = 1500;

/** Notifies once the server has noticed that the user is active. */
export class Activity implements IDisposable {
  constructor(private readonly _options: Activity.IOptions) {
    for (const type of ACTIVITY_EVENTS) {
      _options.target.addEventListener(type, this, { capture: true, passive: true });
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const type of ACTIVITY_EVENTS) {
      this._options.target.removeEventListener(type, this, { capture: true });
    }
    clearTimeout(this._timer);
  }

  handleEvent(): void {
    if (this._timer === undefined && this._options.isWatched()) {
      this._timer = setTimeout(() => {
        this._timer = undefined;
        this._options.noticed();
      }, DELAY_MS);
    }
  }

  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace Activity {
  export interface IOptions {
    /** The element in which the user is active. */
    target: HTMLElement;
    /** Returns whether activity matters now. */
    isWatched: () => boolean;
    /** Called after activity. */
    noticed: () => void;
  }
}
