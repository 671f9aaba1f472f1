import { english } from '../fakes/translation';
import { StopWarning } from '../../../src/viewer/warning';

const keep = jest.fn();
let warning: StopWarning;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-01-01T12:00:00Z') });
  keep.mockClear();
  warning = new StopWarning({ trans: english, keep });
});

afterEach(() => {
  warning.dispose();
  warning.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

it('is hidden if the desktop will not stop', () => {
  expect(warning.node.hidden).toBe(true);
  expect(warning.isShown).toBe(false);
});

it('shows the time, and counts down', () => {
  warning.update('2026-01-01T12:00:42Z');
  expect(warning.node.hidden).toBe(false);
  expect(warning.node.textContent).toContain('because it is idle');
  expect(warning.node.textContent).toContain('42 s');
  jest.advanceTimersByTime(41000);
  expect(warning.node.textContent).toContain('1 s');
  jest.advanceTimersByTime(60000);
  expect(warning.node.textContent).toContain('0 s');
});

it('offers to keep the desktop running', () => {
  warning.update('2026-01-01T12:00:42Z');
  warning.node.querySelector('button')!.click();
  expect(keep).toHaveBeenCalledTimes(1);
});

it('is hidden when the stop is cancelled', () => {
  warning.update('2026-01-01T12:00:42Z');
  warning.update(null);
  expect(warning.node.hidden).toBe(true);
  expect(jest.getTimerCount()).toBe(0);
});
