/** Sizes in CSS pixels are multiples of 1/64, so their products may be slightly too small. */
const TOLERANCE_PIXELS = 0.05;

/** The first whole pixel after an edge in CSS pixels, of which each has `ratio` pixels. */
export function firstPixel(edge: number, ratio: number): number {
  return Math.ceil(edge * ratio - TOLERANCE_PIXELS);
}

/** The number of whole pixels between two edges in CSS pixels. */
export function pixelsBetween(start: number, end: number, ratio: number): number {
  return Math.max(0, Math.floor(end * ratio + TOLERANCE_PIXELS) - firstPixel(start, ratio));
}
