import type { IDisposable } from '@lumino/disposable';

/** Pauses between attempts to connect, in milliseconds; the last one repeats. */
const RETRY_PAUSES = [0, 500, 1000, 2000, 4000, 8000, 10000];

/** Pauses between questions about a starting desktop, in milliseconds. */
const POLL_PAUSE = 75;
const SLOW_POLL_PAUSE = 500;

/** When a start counts as slow, in milliseconds. */
const SLOW_START = 5000;

/** Knows when to try again: soon while something is under way, later and later after failures. */
export class Attempts implements IDisposable {
  constructor(options: Attempts.IOptions) {
    this._attempt = options.attempt;
  }

  /** While nobody looks, attempts after a failure are put off. */
  paused = false;

  /** Whether one was put off. */
  get isPutOff(): boolean {
    return this._isPutOff;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.cancel();
    this._isDisposed = true;
  }

  /** Make no attempt now that was due. */
  cancel(): void {
    clearTimeout(this._timer);
    this._isPutOff = false;
  }

  /** Make the attempt that was due when somebody looks again. */
  putOff(): void {
    this.cancel();
    this._isPutOff = true;
  }

  /** Look again soon at what ends by itself. */
  soon(): void {
    this._later(POLL_PAUSE);
  }

  /** Look again at what is starting; not as soon where it takes its time. */
  whileStarting(): void {
    this._startingSince ??= Date.now();
    this._later(Date.now() - this._startingSince > SLOW_START ? SLOW_POLL_PAUSE : POLL_PAUSE);
  }

  /** Nothing is starting any more. */
  startOver(): void {
    this._startingSince = null;
  }

  /** Try again after a failure; when, in milliseconds since the epoch, or null where that is put off. */
  afterFailure(): number | null {
    const pause = RETRY_PAUSES[Math.min(this._failures, RETRY_PAUSES.length - 1)];
    this._failures++;
    if (this.paused) {
      this.putOff();
      return null;
    }
    this._later(pause);
    return Date.now() + pause;
  }

  /** What failed is forgotten: the next failure is followed by the shortest pause. */
  forget(): void {
    this._failures = 0;
  }

  private _later(pause: number): void {
    this.cancel();
    if (!this._isDisposed) {
      this._timer = setTimeout(this._attempt, pause);
    }
  }

  private readonly _attempt: () => void;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _failures = 0;
  private _startingSince: number | null = null;
  private _isPutOff = false;
  private _isDisposed = false;
}

export namespace Attempts {
  export interface IOptions {
    /** Called when one is due. */
    attempt: () => void;
  }
}
