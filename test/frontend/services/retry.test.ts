import { Attempts } from '../../../src/services/retry';

const attempt = jest.fn();
let attempts: Attempts;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  attempt.mockClear();
  attempts = new Attempts({ attempt });
});

afterEach(() => {
  attempts.dispose();
  attempts.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

it('waits longer after each failure, up to ten seconds', () => {
  const pauses = Array.from({ length: 9 }, () => attempts.afterFailure());
  expect(pauses).toEqual([0, 500, 1000, 2000, 4000, 8000, 10000, 10000, 10000]);
  attempts.forget();
  expect(attempts.afterFailure()).toBe(0);
  jest.advanceTimersByTime(0);
  expect(attempt).toHaveBeenCalledTimes(1);
});

it('puts attempts off while nobody looks', () => {
  attempts.paused = true;
  expect(attempts.afterFailure()).toBeNull();
  expect(attempts.isPutOff).toBe(true);
  jest.advanceTimersByTime(60000);
  expect(attempt).not.toHaveBeenCalled();
  attempts.cancel();
  expect(attempts.isPutOff).toBe(false);
});

it('looks at a start often at first, and not as often where it takes its time', () => {
  const looks = (milliseconds: number) => {
    attempt.mockClear();
    attempt.mockImplementation(() => attempts.whileStarting());
    attempts.whileStarting();
    jest.advanceTimersByTime(milliseconds);
    return attempt.mock.calls.length;
  };
  expect(looks(750)).toBe(10);
  jest.advanceTimersByTime(10000);
  expect(looks(5000)).toBe(10);
  attempts.startOver();
  expect(looks(750)).toBe(10);
});

it('makes no attempt that was cancelled, and none when disposed', () => {
  attempts.soon();
  attempts.cancel();
  attempts.soon();
  attempts.dispose();
  attempts.soon();
  jest.advanceTimersByTime(1000);
  expect(attempt).not.toHaveBeenCalled();
});
