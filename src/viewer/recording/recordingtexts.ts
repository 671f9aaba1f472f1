import { translateServerText } from '../servertexts';

import type { Desktop } from '../../model';
import type { ITranslation } from '../translation';

/** Return a length as people read it: `0:07`, `1:02:03`. */
export function lengthText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const head = hours > 0 ? `${hours}:${pad(minutes)}` : String(minutes);
  return `${head}:${pad(whole % 60)}`;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

/** Return a size in the page's language, as in `3.2 MB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const language = document.documentElement.lang || undefined;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[power],
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 1 ? 1 : 0
  }).format(bytes / 1000 ** power);
}

/** Return why a recording has ended by itself, if it has, and where its file is. */
export function endedText({ path, seconds, bytes, error }: Desktop.IEndedRecording, trans: ITranslation): string {
  const file =
    path === ''
      ? trans.__('Nothing was recorded.')
      : trans.__('The recording is in %1 (%2, %3).', path, lengthText(seconds), sizeText(bytes));
  if (error === null) {
    return file;
  }
  const reason = translateServerText(error.message, trans);
  return [trans.__('The recording has ended.'), reason, error.fix, file].filter(Boolean).join(' ');
}

/** Return the name of a new file, with the local time. */
export function newFileName(desktop: string, now: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  const date = [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(pad).join('');
  return `${desktop === 'default' ? 'desktop' : desktop}-${date}-${time}.mp4`;
}
