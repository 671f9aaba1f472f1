import { Notice } from '../../../src/viewer/notice';
import { english } from '../../../src/page/english';

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

it('says nothing at first', () => {
  expect(notice.node.hidden).toBe(true);
});

it('says each sentence once, and goes after a while', () => {
  notice.tell('One thing.');
  expect(notice.node.hidden).toBe(false);
  expect(notice.node.textContent).toContain('One thing.');
  jest.advanceTimersByTime(15000);
  expect(notice.node.hidden).toBe(true);
  notice.tell('One thing.');
  expect(notice.node.hidden).toBe(true);
  notice.tell('Another.');
  expect(notice.node.hidden).toBe(false);
});

it('stays as long for a second sentence', () => {
  notice.tell('One thing.');
  jest.advanceTimersByTime(10000);
  notice.tell('Another.');
  jest.advanceTimersByTime(14000);
  expect(notice.node.hidden).toBe(false);
});

it('goes when it is closed, and says so', () => {
  notice.tell('One thing.');
  notice.node.querySelector('button')!.click();
  expect(notice.node.hidden).toBe(true);
  expect(closed).toHaveBeenCalledTimes(1);
});
