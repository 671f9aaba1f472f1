import { Widget } from '@lumino/widgets';

import { DesktopError } from '../../../src/services/restapi';
import { LogView } from '../../../src/lab/logview';
import { english } from '../fakes/translation';
import { FakeAPI } from '../fakes/api';

let api: FakeAPI;
let view: LogView;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function asked(): string[] {
  return api.calls.filter(call => call.startsWith('log'));
}

beforeEach(() => {
  jest.useFakeTimers();
  api = new FakeAPI();
  api.lines = ['one', '<b>two</b>'];
  view = new LogView({ name: 'default', api, trans: english });
  Widget.attach(view, document.body);
});

afterEach(async () => {
  view.dispose();
  view.dispose();
  const before = asked().length;
  await pass(60000);
  expect(asked().length).toBe(before);
  jest.useRealTimers();
});

it('shows the last lines as text, and lists the processes', async () => {
  await pass(10);
  expect(view.text).toBe('one\n<b>two</b>');
  expect(view.node.querySelector('b')).toBeNull();
  const select = view.processSelector.node.querySelector('select')!;
  expect(Array.from(select.options, option => option.value)).toEqual(['display', 'session', 'vnc']);
  expect(select.value).toBe('session');
});

it('polls only while visible', async () => {
  await pass(10);
  api.lines.push('three');
  await pass(2000);
  expect(view.text).toContain('three');
  view.hide();
  await pass(2000);
  const before = asked().length;
  await pass(20000);
  expect(asked().length).toBe(before);
  view.show();
  await pass(10);
  expect(asked().length).toBe(before + 1);
});

it('shows another process immediately', async () => {
  await pass(10);
  const select = view.processSelector.node.querySelector('select')!;
  select.value = 'vnc';
  select.dispatchEvent(new Event('change'));
  await pass(10);
  expect(asked().at(-1)).toBe('log default vnc');
  expect(view.part).toBe('vnc');
});

it('keeps scrolling with new lines, unless the user has scrolled up', async () => {
  await pass(10);
  const pre = view.node.querySelector('pre')!;
  Object.defineProperty(pre, 'scrollHeight', { value: 1000 });
  Object.defineProperty(pre, 'clientHeight', { value: 100 });
  pre.scrollTop = 900;
  api.lines = ['a'];
  await pass(2000);
  expect(pre.scrollTop).toBe(1000);
  pre.scrollTop = 300;
  api.lines = ['b'];
  await pass(2000);
  expect(pre.scrollTop).toBe(300);
});

it("shows the server's error", async () => {
  api.error = new DesktopError({ status: 404, code: 'unknown-desktop', message: 'There is no such desktop.' });
  await pass(10);
  expect(view.text).toBe('There is no such desktop.');
});

it('copies the whole text', async () => {
  const writeText = jest.fn().mockResolvedValue(undefined);
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
  await pass(10);
  await view.copy();
  expect(writeText).toHaveBeenCalledWith('one\n<b>two</b>');
});
