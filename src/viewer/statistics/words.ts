import type { Limit } from './limit';
import type { ISample } from './statistics';
import type { ITranslation } from '../translation';

/** Say what makes a desktop slow, and what helps; both are empty if nothing does. */
export function limitWords(limit: Limit, trans: ITranslation): { what: string; help: string } {
  switch (limit.by) {
    case 'nothing':
      return { what: '', help: '' };
    case 'browser':
      return {
        what: trans.__('This browser is busy: %1 of the time.', percent(limit.share)),
        help: trans.__('Close other pages and programs, or make the desktop smaller.')
      };
    case 'machine':
      return {
        what: trans.__('The machine is busy: the desktop waits for a processor %1 of the time.', percent(limit.share)),
        help: trans.__('Stop programs and kernels that compute, or ask for more processors.')
      };
    case 'server':
      return {
        what: trans.__('The machine is busy: it cannot encode the picture faster.'),
        help: trans.__('Make the desktop smaller, or lower the quality in the settings.')
      };
    case 'delay':
      return {
        what: trans.__('The link is slow: %1.', milliseconds(limit.latencyMs, trans)),
        help: trans.__('Lower the quality in the settings, and use a network cable or a server that is closer.')
      };
    case 'capacity':
      return {
        what: trans.__('The link is full: %1.', rate(limit.kbps, trans)),
        help: trans.__('Lower the quality in the settings, or make the desktop smaller.')
      };
  }
}

/** Say that the link is too slow for each pixel of the screen. */
export function fewerPixelsWords(trans: ITranslation): string {
  return trans.__(
    'The link is slow, so the desktop has fewer pixels than your screen until it is faster. The setting “Resolution” decides on that.'
  );
}

/** Name what limits a desktop, in one or two words. */
export function limitName(limit: Limit, trans: ITranslation): string {
  switch (limit.by) {
    case 'nothing':
      return trans.__('nothing');
    case 'browser':
      return trans.__('this browser');
    case 'machine':
    case 'server':
      return trans.__('the server');
    case 'delay':
    case 'capacity':
      return trans.__('the link');
  }
}

export function milliseconds(value: number, trans: ITranslation): string {
  return trans.__('%1 ms', value < 10 ? value.toFixed(1) : Math.round(value));
}

/** Describe a rate in kilobits per second. */
export function rate(kbps: number, trans: ITranslation): string {
  return trans.__('%1 Mbit/s', (kbps / 1000).toFixed(kbps < 10_000 ? 2 : 0));
}

/** Describe the history of a value in words, as the sparkline shows it. */
export function historyWords(samples: readonly ISample[], key: 'latencyMs' | 'fps', trans: ITranslation): string {
  const values = samples.map(each => each[key]).filter(each => each !== null);
  if (values.length === 0) {
    return key === 'fps' ? trans.__('Frames a second: not measured yet') : trans.__('Round trip: not measured');
  }
  const [least, most] = [Math.min(...values), Math.max(...values)].map(each => Math.round(each));
  return key === 'fps'
    ? trans.__('Frames a second in the last %1 s: %2 to %3', samples.length, least, most)
    : trans.__('Round trip in the last %1 s: %2 to %3 ms', samples.length, least, most);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
