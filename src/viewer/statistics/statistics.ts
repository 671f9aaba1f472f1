import { Signal } from '@lumino/signaling';

import { ACTIVITY_EVENTS } from '../activity';
import { mainEncoding } from './counters';
import { limitOf } from './limit';
import { loadBetween } from './serverload';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { ClientCounters, ICounts } from './counters';
import type { Limit } from './limit';
import type { Pings } from './pings';
import type { IServerLoad, IServerReport } from './serverload';

/** The time between two samples. */
const INTERVAL_MS = 1000;

/** The samples that are kept. */
export const HISTORY_SAMPLES = 60;

/** The samples that decide what limits the desktop. */
const DECIDING_SAMPLES = 5;

/** The time after a person's last input in which the round trip is measured though the desktop is at rest. */
const ACTIVE_MS = 10_000;

/** What was measured in one second. */
export interface ISample {
  /** The round trip in milliseconds; null if it was not measured. */
  readonly latencyMs: number | null;
  readonly fps: number;
  /** Kilobits per second received. */
  readonly kbps: number;
  readonly encoding: string | null;
  readonly browserShare: number;
  readonly load: IServerLoad | null;
}

/**
 * Measures what is going on between one desktop and the browser, while somebody looks.
 *
 * A desktop at rest sends nothing, and this keeps it so: a ping is only sent in a second that had a frame, or if a
 * watcher asks for it and a person has just used the desktop. A hidden page measures nothing.
 */
export class Statistics implements IDisposable {
  constructor(options: Statistics.IOptions) {
    this._options = options;
    this._now = options.now ?? (() => performance.now());
  }

  /** Emitted after each second while somebody watches. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The samples of the last minute, the newest one last. */
  get samples(): readonly ISample[] {
    return this._samples;
  }

  get limit(): Limit {
    const recent = this._samples.slice(-DECIDING_SAMPLES);
    const latencies = (samples: readonly ISample[]) =>
      samples.map(each => each.latencyMs).filter(each => each !== null);
    const shortest = (values: number[]) => (values.length === 0 ? null : Math.min(...values));
    const report = this._source?.pings.report ?? null;
    const loads = recent.map(each => each.load).filter(each => each !== null);
    return limitOf({
      baseLatencyMs: shortest(latencies(this._samples)),
      latencyMs: shortest(latencies(recent)),
      kbps: mean(recent.map(each => each.kbps)),
      browserShare: mean(recent.map(each => each.browserShare)),
      load: loads.length === 0 ? null : meanLoad(loads),
      capacityKbps: report?.capacityKbps ?? null,
      unsentBytes: report?.unsentBytes ?? 0
    });
  }

  /** Whether the round trip can be measured; null if it is unknown so far. */
  get measuresLatency(): boolean | null {
    return this._source === null ? null : this._source.pings.isSupported;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._watchers.clear();
    this._stop();
    Signal.clearData(this);
  }

  /** Measure until `unwatch` is called. `pings`: also measure the round trip while the desktop is at rest. */
  watch(watcher: object, pings: boolean): void {
    if (this._isDisposed) {
      return;
    }
    this._watchers.set(watcher, pings);
    this._usedAt = this._now();
    if (this._clock === undefined) {
      this._samples = [];
      this._begin();
      this._clock = setInterval(() => this._tick(), INTERVAL_MS);
      for (const type of ACTIVITY_EVENTS) {
        this._options.node.addEventListener(type, this, { capture: true, passive: true });
      }
    }
  }

  unwatch(watcher: object): void {
    this._watchers.delete(watcher);
    if (this._watchers.size === 0) {
      this._stop();
    }
  }

  handleEvent(): void {
    this._usedAt = this._now();
  }

  private _stop(): void {
    clearInterval(this._clock);
    this._clock = undefined;
    for (const type of ACTIVITY_EVENTS) {
      this._options.node.removeEventListener(type, this, { capture: true });
    }
  }

  /** Remember what has been counted until now. */
  private _begin(): void {
    this._source = this._options.source();
    this._counts = this._source?.counters.counts ?? null;
    this._report = this._source?.pings.report ?? null;
    this._countedAt = this._now();
  }

  private _tick(): void {
    const source = this._options.source();
    if (document.hidden || source === null || source !== this._source || this._counts === null) {
      // Timers of hidden pages are late, and a new connection counts anew.
      this._begin();
      this._changed.emit();
      return;
    }
    const { counters, pings } = source;
    const [before, after] = [this._counts, counters.counts];
    const elapsed = this._now() - this._countedAt;
    const busy = after.handledMs - before.handledMs + after.waitedMs - before.waitedMs;
    // A page that is busy with other things is late.
    const late = Math.max(0, elapsed - INTERVAL_MS);
    const frames = after.frames - before.frames;
    const sample: ISample = {
      latencyMs: pings.latencyMs,
      fps: (frames * 1000) / elapsed,
      kbps: ((after.bytes - before.bytes) * 8) / elapsed,
      encoding: mainEncoding(before, after),
      browserShare: Math.min(1, Math.max(busy, late) / elapsed),
      load: loadBetween(this._report, pings.report)
    };
    this._samples = [...this._samples, sample].slice(-HISTORY_SAMPLES);
    const report = this._report;
    this._begin();
    if (pings.report === report) {
      // No answer has come in the meantime: compare the next one with this.
      this._report = report;
    }
    if (frames > 0 || this._isUsed) {
      pings.send();
    } else {
      pings.forget();
    }
    this._changed.emit();
  }

  /** Whether a watcher wants pings, and a person has just used the desktop. */
  private get _isUsed(): boolean {
    return [...this._watchers.values()].includes(true) && this._now() - this._usedAt < ACTIVE_MS;
  }

  private readonly _options: Statistics.IOptions;
  private readonly _now: () => number;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _watchers = new Map<object, boolean>();
  private _samples: ISample[] = [];
  private _source: Statistics.ISource | null = null;
  private _counts: ICounts | null = null;
  private _report: IServerReport | null = null;
  private _countedAt = 0;
  private _usedAt = -Infinity;
  private _clock: ReturnType<typeof setInterval> | undefined;
  private _isDisposed = false;
}

export namespace Statistics {
  /** A client of noVNC's. */
  export interface ISource {
    readonly counters: ClientCounters;
    readonly pings: Pings;
  }

  export interface IOptions {
    /** The viewer's element, which gets a person's events. */
    node: HTMLElement;
    /** Returns the newest connection's client; null if there is none. */
    source: () => ISource | null;
    /** Returns a time in milliseconds. */
    now?: () => number;
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
}

function meanLoad(loads: readonly IServerLoad[]): IServerLoad {
  return {
    processors: loads[0].processors,
    mainShare: mean(loads.map(each => each.mainShare)),
    ranShare: mean(loads.map(each => each.ranShare)),
    waitedShare: mean(loads.map(each => each.waitedShare))
  };
}
