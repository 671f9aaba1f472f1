import { RetryTimer } from '../../../src/services/retry';

const attempt = jest.fn();
const pausedForLong = jest.fn();
let timer: RetryTimer;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  attempt.mockClear();
  timer = new RetryTimer({ attempt, pausedForLong });
});

afterEach(() => {
  timer.dispose();
  timer.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

it('increases the delay after each failure, up to ten seconds', () => {
  const delays = Array.from({ length: 9 }, () => timer.scheduleAfterFailure());
  expect(delays).toEqual([0, 500, 1000, 2000, 4000, 8000, 10000, 10000, 10000]);
  timer.resetFailures();
  expect(timer.scheduleAfterFailure()).toBe(0);
  jest.advanceTimersByTime(0);
  expect(attempt).toHaveBeenCalledTimes(1);
});

it('defers attempts while paused', () => {
  timer.paused = true;
  expect(timer.scheduleAfterFailure()).toBeNull();
  expect(timer.isDeferred).toBe(true);
  jest.advanceTimersByTime(60000);
  expect(attempt).not.toHaveBeenCalled();
  timer.cancel();
  expect(timer.isDeferred).toBe(false);
});

it('polls a starting desktop often at first, and less often if the start is slow', () => {
  const countPolls = (milliseconds: number) => {
    attempt.mockClear();
    attempt.mockImplementation(() => {
      timer.requested();
      timer.scheduleWhileStarting();
    });
    timer.requested();
    timer.scheduleWhileStarting();
    jest.advanceTimersByTime(milliseconds);
    return attempt.mock.calls.length;
  };
  expect(countPolls(750)).toBe(10);
  jest.advanceTimersByTime(10000);
  expect(countPolls(5000)).toBe(10);
  timer.startEnded();
  expect(countPolls(750)).toBe(10);
});

it('asks again at once if the server has held the response about a starting desktop', () => {
  timer.requested();
  jest.advanceTimersByTime(1500);
  timer.scheduleWhileStarting();
  jest.advanceTimersByTime(0);
  expect(attempt).toHaveBeenCalledTimes(1);
});

it('makes no attempt after it was cancelled or disposed', () => {
  timer.scheduleWhileStopping();
  timer.cancel();
  timer.scheduleWhileStopping();
  timer.dispose();
  timer.scheduleWhileStopping();
  jest.advanceTimersByTime(1000);
  expect(attempt).not.toHaveBeenCalled();
});
