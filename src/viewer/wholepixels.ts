import type { Desktop } from '../model';

/** Sizes in CSS pixels are multiples of 1/64, so their products may be slightly too small. */
const TOLERANCE_PIXELS = 0.05;

/** The first whole pixel after an edge in CSS pixels, of which each has `ratio` pixels. */
function firstPixel(edge: number, ratio: number): number {
  return Math.ceil(edge * ratio - TOLERANCE_PIXELS);
}

/** The number of whole pixels between two edges in CSS pixels. */
export function pixelsBetween(start: number, end: number, ratio: number): number {
  return Math.max(0, Math.floor(end * ratio + TOLERANCE_PIXELS) - firstPixel(start, ratio));
}

export const NO_SIZE: Desktop.ISize = { width: 0, height: 0 };

/** Give an element a size in pixels, in a parent, so that it begins on a whole one; no size: that of the style sheet. */
export function placeOnPixels(
  { style }: HTMLElement,
  parent: HTMLElement,
  { width, height }: Desktop.ISize,
  ratio: number
): void {
  if (width === 0 || height === 0) {
    style.left = style.top = style.width = style.height = '';
    return;
  }
  const { left, top } = parent.getBoundingClientRect();
  style.left = `${firstPixel(left, ratio) / ratio - left}px`;
  style.top = `${firstPixel(top, ratio) / ratio - top}px`;
  style.width = `${width / ratio}px`;
  style.height = `${height / ratio}px`;
}
