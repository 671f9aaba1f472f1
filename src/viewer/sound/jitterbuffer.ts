/** Samples of all channels. */
export type Planes = readonly Float32Array[];

/** The delay that playback begins with, and its limits. */
const START_TARGET_MS = 40;
const MIN_TARGET_MS = 30;
const MAX_TARGET_MS = 200;

/** What the target grows by after an underrun, as far as the packet was late. */
const MIN_GROWTH_MS = 10;
const MAX_GROWTH_MS = 80;

/** The greatest dip of the level is remembered of each period, for so many of them: 20 seconds. */
const PERIOD_MS = 2000;
const PERIODS = 10;

/** What the target is longer than a dip that is expected again. */
const MARGIN_MS = 15;

/**
 * The share of what the target is too long that it shrinks by after each period. After a bad time, the sound is in step
 * with the picture again in less than a minute; it can't be faster without being heard.
 */
const SHRINK_SHARE = 0.2;

/** Sound that waits longer than the target and this is thrown away. */
const EXCESS_MS = 60;

/** A greater jump of the capture time is a pause: the server sends nothing while it is silent. */
const PAUSE_MS = 60;

/** How far the speed may differ from 1, which nobody hears, and the deviation from the target that needs it. */
const MAX_STRETCH = 0.005;
const FULL_STRETCH_MS = 30;

/** The time over which the level is averaged. */
const AVERAGE_MS = 500;

/** The time of a fade, which prevents clicks. */
const FADE_MS = 4;

const CAPACITY_MS = 2000;

/** The samples around a position that its interpolation needs. */
const BEFORE = 1;
const AFTER = 2;

type State = 'empty' | 'filling' | 'playing';

/**
 * Holds decoded sound until it is played, as short as the network allows.
 *
 * It plays slightly faster or slower, so that the delay stays at its target. This also makes up for the difference of the
 * clocks of server and sound card.
 */
export class JitterBuffer {
  constructor(
    private readonly _sampleRate: number,
    channels: number
  ) {
    this._capacity = this._frames(CAPACITY_MS);
    this._ring = Array.from({ length: channels }, () => new Float32Array(this._capacity));
    this._last = new Float32Array(channels);
  }

  /** How much sound waits, in milliseconds. */
  get levelMs(): number {
    return this._ms(this._level);
  }

  /** The delay that it aims at. */
  get targetMs(): number {
    return this._targetMs;
  }

  /** How often sound came too late. */
  get underruns(): number {
    return this._underruns;
  }

  /** How much sound was thrown away, in milliseconds. */
  get discardedMs(): number {
    return this._ms(this._discarded);
  }

  /** Whether sound is played or about to be. */
  get isActive(): boolean {
    return this._state !== 'empty';
  }

  /** Throw away what waits, as after a new connection; what follows is a new beginning. */
  reset(): void {
    this._discarded += this._level;
    this._position = this._written;
    this._expected = null;
    this._stop();
  }

  /** Add samples that were recorded at a time, in milliseconds. */
  push(planes: Planes, time: number): void {
    const frames = planes[0].length;
    const gap = this._expected === null ? Infinity : time - this._expected;
    this._expected = time + this._ms(frames);
    if (this._state === 'empty') {
      if (gap <= PAUSE_MS && this._starved > 0) {
        this._grow();
      }
      this._state = 'filling';
      this._waited = 0;
    } else if (gap > 1) {
      // The pause is as long as on the desktop, or so long that the delay is the target's.
      this._write(null, Math.floor(Math.min(this._frames(gap), Math.max(0, this._target - this._level))));
    }
    this._starved = 0;
    this._write(planes, frames);
  }

  /** Fill planes with the samples to play next. */
  pull(output: Planes): void {
    const frames = output[0].length;
    if (this._state === 'filling') {
      // A sound that is shorter than the target is played, too.
      this._waited += frames;
      if (this._level >= this._target || this._waited >= this._target) {
        this._state = 'playing';
        this._averageLevel = Math.min(this._level, this._target);
        this._fadeFrom(null);
      }
    }
    if (this._state === 'playing' && this._level > this._target + this._frames(EXCESS_MS)) {
      this._skip(this._level - this._target);
    }
    if (this._state === 'playing') {
      this._follow(frames);
    }
    this._pass(frames);
    for (let frame = 0; frame < frames; frame++) {
      if (this._state === 'playing' && this._level < 1) {
        this._stop();
      }
      if (this._state === 'playing') {
        this._playFrame(output, frame);
      } else {
        this._decay(output, frame);
      }
    }
  }

  private get _level(): number {
    return Math.max(0, this._written - this._position - AFTER);
  }

  private get _target(): number {
    return this._frames(this._targetMs);
  }

  /** Choose the speed by the deviation from the target, and look for dips of the level. */
  private _follow(frames: number): void {
    this._averageLevel += (this._level - this._averageLevel) * Math.min(1, frames / this._frames(AVERAGE_MS));
    const deviation = (this._averageLevel - this._target) / this._frames(FULL_STRETCH_MS);
    this._speed = 1 + MAX_STRETCH * Math.max(-1, Math.min(1, deviation));
    this._dip = Math.max(this._dip, this._averageLevel - this._level);
  }

  /** Shrink the target if it is longer than necessary, also in silence: sounds may be short, and pauses long. */
  private _pass(frames: number): void {
    this._period += frames;
    if (this._period < this._frames(PERIOD_MS)) {
      return;
    }
    this._dips = [...this._dips, this._ms(this._dip)].slice(-PERIODS);
    this._period = this._dip = 0;
    const leastMs = Math.max(this._state === 'playing' ? MIN_TARGET_MS : START_TARGET_MS, this._expectedMs);
    this._targetMs -= SHRINK_SHARE * Math.max(0, this._targetMs - leastMs);
  }

  /** The target that the dips need: one that came once isn't expected again. */
  private get _expectedMs(): number {
    const [, second = 0] = [...this._dips, this._ms(this._dip)].sort((a, b) => b - a);
    return second + MARGIN_MS;
  }

  private _grow(): void {
    this._underruns++;
    this._dip = Math.max(this._dip, this._averageLevel + this._starved);
    const growth = Math.max(MIN_GROWTH_MS, Math.min(MAX_GROWTH_MS, this._ms(this._starved)));
    this._targetMs = Math.min(MAX_TARGET_MS, Math.max(this._targetMs + growth, this._expectedMs));
  }

  /** Play on from a later position. */
  private _skip(frames: number): void {
    this._fadeFrom(this._position);
    this._position += frames;
    this._discarded += frames;
    this._averageLevel = this._target;
  }

  private _stop(): void {
    this._state = 'empty';
    this._speed = 1;
    this._starved = 0;
    this._fade = 0;
  }

  /** Fade from another position, or from silence, to what is played. */
  private _fadeFrom(position: number | null): void {
    this._fade = this._frames(FADE_MS);
    this._fadingPosition = position;
  }

  private _playFrame(output: Planes, frame: number): void {
    const share = this._fade / this._frames(FADE_MS);
    for (let channel = 0; channel < output.length; channel++) {
      const source = Math.min(channel, this._ring.length - 1);
      let sample = this._sampleAt(source, this._position);
      if (this._fade > 0) {
        const other = this._fadingPosition === null ? 0 : this._sampleAt(source, this._fadingPosition);
        sample = sample * (1 - share) + other * share;
      }
      output[channel][frame] = sample;
      this._last[source] = sample;
    }
    this._position += this._speed;
    if (this._fade > 0) {
      this._fade--;
      this._fadingPosition = this._fadingPosition === null ? null : this._fadingPosition + this._speed;
    }
  }

  /** Fade out from the last sample, without a click. */
  private _decay(output: Planes, frame: number): void {
    this._starved++;
    const factor = 1 - 4 / this._frames(FADE_MS);
    for (let channel = 0; channel < output.length; channel++) {
      const source = Math.min(channel, this._last.length - 1);
      output[channel][frame] = channel === source ? (this._last[source] *= factor) : this._last[source];
    }
  }

  /** Interpolate between samples (Catmull-Rom), which keeps high tones, unlike a line. */
  private _sampleAt(channel: number, position: number): number {
    const ring = this._ring[channel];
    const size = this._capacity;
    const index = Math.floor(position);
    const rest = position - index;
    const a = ring[(index - BEFORE) % size];
    const b = ring[index % size];
    const c = ring[(index + 1) % size];
    const d = ring[(index + AFTER) % size];
    return b + 0.5 * rest * (c - a + rest * (2 * a - 5 * b + 4 * c - d + rest * (3 * (b - c) + d - a)));
  }

  /** Append samples; null is silence. What there is no room for any more is the oldest. */
  private _write(planes: Planes | null, frames: number): void {
    for (let channel = 0; channel < this._ring.length; channel++) {
      const ring = this._ring[channel];
      const plane = planes?.[Math.min(channel, planes.length - 1)];
      for (let frame = 0; frame < frames; frame++) {
        ring[(this._written + frame) % this._capacity] = plane?.[frame] ?? 0;
      }
    }
    this._written += frames;
    const excess = this._written - this._position + BEFORE + this._frames(FADE_MS) - this._capacity;
    if (excess > 0) {
      this._position += excess;
      this._discarded += excess;
    }
  }

  private _frames(ms: number): number {
    return Math.round((ms * this._sampleRate) / 1000);
  }

  private _ms(frames: number): number {
    return (frames / this._sampleRate) * 1000;
  }

  private readonly _capacity: number;
  private readonly _ring: Float32Array[];
  /** The last sample that was played, of each channel. */
  private readonly _last: Float32Array;
  private _state: State = 'empty';
  /** The numbers of the frames that are written and played next, the latter with a fraction. */
  private _written = BEFORE;
  private _position = BEFORE;
  private _speed = 1;
  private _targetMs = START_TARGET_MS;
  private _averageLevel = 0;
  private _dip = 0;
  private _dips: number[] = [];
  private _period = 0;
  private _waited = 0;
  private _starved = 0;
  private _fade = 0;
  private _fadingPosition: number | null = null;
  private _underruns = 0;
  private _discarded = 0;
  /** The capture time that the next packet has without a pause. */
  private _expected: number | null = null;
}
