import { Attention } from '../../../src/viewer/attention';

const returned = jest.fn();
let attention: Attention;
let hidden = false;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  jest.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
  hidden = false;
  returned.mockClear();
  attention = new Attention({ returned });
});

afterEach(() => {
  attention.dispose();
  attention.dispose();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

it('is away after five minutes without input, until the next input', () => {
  jest.setSystemTime(300000);
  expect(attention.isAway).toBe(false);
  jest.setSystemTime(300001);
  expect(attention.isAway).toBe(true);
  window.dispatchEvent(new Event('pointermove'));
  expect(attention.isAway).toBe(false);
  expect(returned).toHaveBeenCalledTimes(1);
  window.dispatchEvent(new Event('keydown'));
  expect(returned).toHaveBeenCalledTimes(1);
});

it('is away while the page is hidden', () => {
  hidden = true;
  document.dispatchEvent(new Event('visibilitychange'));
  expect(attention.isAway).toBe(true);
  hidden = false;
  document.dispatchEvent(new Event('visibilitychange'));
  expect(attention.isAway).toBe(false);
  expect(returned).toHaveBeenCalledTimes(1);
});

it('is away as soon as it is told so', () => {
  attention.leave();
  expect(attention.isAway).toBe(true);
  window.dispatchEvent(new Event('pointerdown'));
  expect(attention.isAway).toBe(false);
});

it('ignores input after it was disposed', () => {
  attention.leave();
  attention.dispose();
  window.dispatchEvent(new Event('pointerdown'));
  expect(returned).not.toHaveBeenCalled();
});
