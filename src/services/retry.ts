import type { IDisposable } from '@lumino/disposable';

/** Delays between attempts to connect; the last one repeats. */
const RETRY_DELAYS_MS = [0, 500, 1000, 2000, 4000, 8000, 10000];

/** Delays between the beginnings of requests for the state of a starting desktop; the server may hold them. */
const POLL_DELAY_MS = 75;
const SLOW_POLL_DELAY_MS = 500;

/** The duration after which a start counts as slow. */
const SLOW_START_MS = 5000;

/** The time after which a paused connection is closed. */
const MAX_PAUSE_MS = 120 * 1000;

/** Schedules the next attempt to connect: soon while a desktop starts or stops, with growing delays after failures. */
export class RetryTimer implements IDisposable {
  constructor(options: RetryTimer.IOptions) {
    this._attempt = options.attempt;
    this._pausedForLong = options.pausedForLong;
  }

  /** Whether attempts after a failure are deferred. */
  get paused(): boolean {
    return this._paused;
  }
  set paused(value: boolean) {
    this._paused = value;
    clearTimeout(this._pause);
    if (value && !this._isDisposed) {
      this._pause = setTimeout(this._pausedForLong, MAX_PAUSE_MS);
    }
  }

  /** Whether an attempt is deferred. */
  get isDeferred(): boolean {
    return this._isDeferred;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.cancel();
    clearTimeout(this._pause);
    this._isDisposed = true;
  }

  /** Cancel the next attempt. */
  cancel(): void {
    clearTimeout(this._timer);
    this._isDeferred = false;
  }

  /** Defer the next attempt until the connection is no longer paused. */
  defer(): void {
    this.cancel();
    this._isDeferred = true;
  }

  /** Note that a request is being sent. */
  requested(): void {
    this._requestedAt = Date.now();
  }

  /** Schedule a request for the state of a stopping desktop. */
  scheduleWhileStopping(): void {
    this._schedule(POLL_DELAY_MS);
  }

  /** Schedule a request for the state of a starting desktop; less often if the start is slow. */
  scheduleWhileStarting(): void {
    const now = Date.now();
    this._startingSince ??= now;
    const delay = now - this._startingSince > SLOW_START_MS ? SLOW_POLL_DELAY_MS : POLL_DELAY_MS;
    this._schedule(Math.max(0, this._requestedAt + delay - now));
  }

  /** Note that the desktop is no longer starting. */
  startEnded(): void {
    this._startingSince = null;
  }

  /** Schedule an attempt after a failure; return its time in milliseconds since the epoch, or null if deferred. */
  scheduleAfterFailure(): number | null {
    const delay = RETRY_DELAYS_MS[Math.min(this._failures, RETRY_DELAYS_MS.length - 1)];
    this._failures++;
    if (this._paused) {
      this.defer();
      return null;
    }
    this._schedule(delay);
    return Date.now() + delay;
  }

  /** Begin with the shortest delay again after the next failure. */
  resetFailures(): void {
    this._failures = 0;
  }

  private _schedule(delay: number): void {
    this.cancel();
    if (!this._isDisposed) {
      this._timer = setTimeout(this._attempt, delay);
    }
  }

  private readonly _attempt: () => void;
  private readonly _pausedForLong: () => void;
  private _pause: ReturnType<typeof setTimeout> | undefined;
  private _paused = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _failures = 0;
  private _requestedAt = 0;
  private _startingSince: number | null = null;
  private _isDeferred = false;
  private _isDisposed = false;
}

export namespace RetryTimer {
  export interface IOptions {
    /** Called when an attempt is due. */
    attempt: () => void;
    /** Called if the connection has been paused for long. */
    pausedForLong: () => void;
  }
}
