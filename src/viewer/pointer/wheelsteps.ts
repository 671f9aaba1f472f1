/** The pixels that a step of the wheel scrolls in most programs: three lines. */
const STEP_PIXELS = 50;

/** The height of a line in pixels, if a wheel's distance is in lines. */
const LINE_PIXELS = 17;

/** The lines of a wheel's notch in Firefox. */
const NOTCH_LINES = 3;

/** The pixels of a wheel's notch in browsers, and `wheelDelta`'s units in one. */
const NOTCH_PIXELS = [100, 120];
const NOTCH_UNITS = 120;

/** The pixels of a notch with the browser's zoom at 300 %. */
const MIN_NOTCH_PIXELS = 40;

/** The steps that one event may have; more would freeze programs. */
const MAX_STEPS = 25;

/** The wheel's distance in one direction, as `WheelEvent` has it. */
export interface IWheelDelta {
  delta: number;
  mode: number;
  /** `wheelDeltaX` or `wheelDeltaY`, which not all browsers have. */
  units?: number;
}

/** Return how many steps a wheel has turned: a notch is one, and smooth wheels have fractions. */
export function stepsOf({ delta, mode, units = 0 }: IWheelDelta): number {
  if (mode === WheelEvent.DOM_DELTA_PAGE) {
    return Math.sign(delta) * MAX_STEPS;
  }
  if (mode === WheelEvent.DOM_DELTA_LINE) {
    return delta % NOTCH_LINES === 0 ? delta / NOTCH_LINES : (delta * LINE_PIXELS) / STEP_PIXELS;
  }
  const smooth = delta / STEP_PIXELS;
  // A trackpad's units are three times its pixels.
  if (units === -3 * delta) {
    return smooth;
  }
  const notch = NOTCH_PIXELS.find(pixels => delta % pixels === 0);
  if (notch !== undefined) {
    return delta / notch;
  }
  // The browser's zoom divides the pixels, but not the units.
  const notches = -units / NOTCH_UNITS;
  const isNotch = Number.isInteger(notches) && notches !== 0 && Math.abs(delta / notches) >= MIN_NOTCH_PIXELS;
  return isNotch ? notches : smooth;
}

/** Sums up the wheel's distance in one direction, and returns whole steps. */
export class WheelSteps {
  /** Add a distance in steps, negative for up and left; return the whole steps that are due. */
  add(steps: number): number {
    if (!Number.isFinite(steps)) {
      return 0;
    }
    if (Math.sign(steps) === -Math.sign(this._rest)) {
      // What is left of the other direction would delay this one.
      this._rest = 0;
    }
    this._rest += steps;
    const whole = Math.trunc(this._rest + Math.sign(steps) * ROUNDING);
    this._rest -= whole;
    return Math.max(-MAX_STEPS, Math.min(MAX_STEPS, whole));
  }

  private _rest = 0;
}

/** Sums of decimal fractions may be slightly too small. */
const ROUNDING = 1e-9;
