import { Notice } from '../../../src/viewer/notice';
import { english } from '../fakes/translation';

const closed = jest.fn();
let notice: Notice;

beforeEach(() => {
  jest.useFakeTimers();
  closed.mockClear();
  notice = new Notice({ trans: english, closed });
});

afterEach(() => {
  notice.dispose();
  notice.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

it('is hidden at first', () => {
  expect(notice.node.hidden).toBe(true);
});

it('shows each message once, for a while', () => {
  notice.show('One thing.');
  expect(notice.node.hidden).toBe(false);
  expect(notice.node.textContent).toContain('One thing.');
  jest.advanceTimersByTime(15000);
  expect(notice.node.hidden).toBe(true);
  notice.show('One thing.');
  expect(notice.node.hidden).toBe(true);
  notice.show('Another.');
  expect(notice.node.hidden).toBe(false);
});

it('shows the second message for as long as the first', () => {
  notice.show('One thing.');
  jest.advanceTimersByTime(10000);
  notice.show('Another.');
  jest.advanceTimersByTime(14000);
  expect(notice.node.hidden).toBe(false);
});

it('withdraws the message that it shows, and no other', () => {
  notice.show('One thing.');
  notice.show('Another.');
  notice.withdraw('One thing.');
  expect(notice.node.hidden).toBe(false);
  notice.withdraw('Another.');
  expect(notice.node.hidden).toBe(true);
  expect(closed).not.toHaveBeenCalled();
});

it('is hidden when the user closes it', () => {
  notice.show('One thing.');
  notice.node.querySelector('button')!.click();
  expect(notice.node.hidden).toBe(true);
  expect(closed).toHaveBeenCalledTimes(1);
});
