import type { Desktop } from '../model';
import type { IScreenSettings } from './screensettings';

/** Limits of a session's scale in percent, as on the server. */
export const MIN_SCALE = 100;
const MAX_SCALE = 300;

/** The largest desktop that gets native pixels by itself, in pixels: more would be slow without a graphics card. */
const MAX_AUTOMATIC_PIXELS = 3840 * 2160;

/**
 * Return whether the desktop should have the pixels of the user's screen, for an element of the given size in CSS
 * pixels. By default, only if its programs are scaled as well, so that they don't become tiny.
 */
export function isNative(
  settings: IScreenSettings,
  model: Desktop.IModel | null,
  place: Desktop.ISize,
  isDecisive: boolean
): boolean {
  if (settings.resolution !== 'auto') {
    return settings.resolution === 'native';
  }
  const { devicePixelRatio: ratio } = window;
  const pixels = place.width * place.height * ratio * ratio;
  return isDecisive && model?.scaling === true && ratio > 1 && pixels <= MAX_AUTOMATIC_PIXELS;
}

/**
 * Return the scale in percent that the session should have, if the desktop has `ratio` pixels in a CSS pixel.
 */
export function scaleFor({ scale }: IScreenSettings, ratio: number): number {
  const percent = scale === 'auto' ? Math.round(100 * ratio) : scale;
  return Math.max(MIN_SCALE, Math.min(MAX_SCALE, percent));
}
