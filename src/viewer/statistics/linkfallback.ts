import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Limit } from './limit';

/** The seconds, more with the link as the limit than without, after which it counts as slow. */
const SLOW_SECONDS = 10;

/** The seconds without that limit after which the link counts as fast again; twice as many after each vain attempt. */
const CALM_SECONDS = 60;
const MAX_CALM_SECONDS = 960;

/**
 * Notices that the link has been too slow for each pixel of the screen for a while, and when it may be fast enough again.
 *
 * With fewer pixels it may be the limit no more, so only an attempt can tell. One that fails soon makes the next one
 * wait longer.
 */
export class LinkFallback implements IDisposable {
  constructor(options: LinkFallback.IOptions) {
    this._options = options;
    options.statistics.changed.connect(this._look, this);
    options.screen.nativeChanged.connect(this._watch, this);
    this._watch();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    const { statistics, screen } = this._options;
    statistics.changed.disconnect(this._look, this);
    screen.nativeChanged.disconnect(this._watch, this);
    statistics.unwatch(this);
  }

  /** Measure only if there is something to decide. */
  private _watch(): void {
    const { statistics, screen } = this._options;
    if (screen.isNative || screen.isLinkSlow) {
      statistics.watch(this, false);
    } else {
      statistics.unwatch(this);
    }
  }

  private _look(): void {
    const { statistics, screen, slowed } = this._options;
    const newest = statistics.samples.at(-1);
    if (newest === undefined || newest === this._seen) {
      return; // nothing was measured in this second
    }
    this._seen = newest;
    const isLimited = statistics.limit.by === 'capacity';
    if (screen.isLinkSlow) {
      this._calm = isLimited ? 0 : this._calm + 1;
      if (this._calm >= this._patience) {
        this._limited = this._sinceReturn = 0;
        screen.isLinkSlow = false;
      }
      return;
    }
    this._sinceReturn++;
    this._limited = screen.isNative ? Math.max(0, this._limited + (isLimited ? 1 : -1)) : 0;
    if (this._limited >= SLOW_SECONDS) {
      const isVain = this._sinceReturn < this._patience;
      this._patience = isVain ? Math.min(MAX_CALM_SECONDS, 2 * this._patience) : CALM_SECONDS;
      this._calm = 0;
      screen.isLinkSlow = true;
      slowed();
    }
  }

  private readonly _options: LinkFallback.IOptions;
  private _seen: object | undefined;
  private _limited = 0;
  private _calm = 0;
  private _patience = CALM_SECONDS;
  /** The seconds measured since the link counted as fast again. */
  private _sinceReturn = Infinity;
  private _isDisposed = false;
}

export namespace LinkFallback {
  export interface IOptions {
    statistics: {
      readonly changed: ISignal<object, void>;
      readonly samples: readonly object[];
      readonly limit: Limit;
      watch(watcher: object, pings: boolean): void;
      unwatch(watcher: object): void;
    };
    screen: {
      /** Emitted when `isNative` or `isLinkSlow` has changed. */
      readonly nativeChanged: ISignal<object, void>;
      /** Whether the desktop has the pixels of the user's screen, though the settings leave that open. */
      readonly isNative: boolean;
      isLinkSlow: boolean;
    };
    /** Called when the link turns out to be slow. */
    slowed: () => void;
  }
}
