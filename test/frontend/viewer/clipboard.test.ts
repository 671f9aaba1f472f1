import FakeRFB from '../fakes/rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from '../../../src/page/english';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

let connection: DesktopConnection;
let viewer: DesktopViewer;
let node: HTMLElement;
const clipboard = { text: '', readText: jest.fn(), writeText: jest.fn() };

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

async function live(): Promise<void> {
  connection.start();
  await pass();
  FakeRFB.last.connect();
  FakeRFB.last.paint();
}

function key(type: string, init: KeyboardEventInit): void {
  FakeRFB.last.canvas.dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.clearAllMocks();
  clipboard.text = 'from here';
  clipboard.readText.mockImplementation(() => Promise.resolve(clipboard.text));
  clipboard.writeText.mockImplementation(() => Promise.resolve());
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  jest.useFakeTimers();
  performance.mark = jest.fn();
  const api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  node = document.createElement('div');
  node.tabIndex = -1;
  document.body.append(node);
  viewer = new DesktopViewer({ connection, node, trans: english });
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
});

function keysSeen(): string[] {
  const seen: string[] = [];
  for (const type of ['keydown', 'keyup']) {
    FakeRFB.last.canvas.addEventListener(type, event => seen.push(`${type} ${(event as KeyboardEvent).code}`));
  }
  return seen;
}

it('sends the text before the keys that paste it', async () => {
  await live();
  const seen = keysSeen();
  key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
  key('keyup', { code: 'KeyV', key: 'v', ctrlKey: true });
  expect(seen).toEqual([]);
  await pass();
  expect(FakeRFB.last.calls).toEqual([['clipboard', 'from here']]);
  expect(seen).toEqual(['keydown KeyV', 'keyup KeyV']);
});

it('does not delay other keys', async () => {
  await live();
  const seen = keysSeen();
  key('keydown', { code: 'KeyV', key: 'v' });
  expect(seen).toEqual(['keydown KeyV']);
  expect(clipboard.readText).not.toHaveBeenCalled();
});

it('delays keys for at most one second', async () => {
  clipboard.readText.mockImplementation(() => new Promise(() => undefined));
  await live();
  const seen = keysSeen();
  key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
  await pass(999);
  expect(seen).toEqual([]);
  await pass(1);
  expect(seen).toEqual(['keydown KeyV']);
});

it('does not replace text that was copied on the desktop later', async () => {
  await live();
  viewer.focus();
  key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
  await pass();
  clipboard.writeText.mockImplementation(() => Promise.reject(new Error('not allowed')));
  FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text: 'from there' } }));
  key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
  await pass();
  expect(FakeRFB.last.calls).toEqual([['clipboard', 'from here']]);
});

it('copies text from the desktop while the desktop has the focus', async () => {
  await live();
  const copy = () => FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text: 'from there' } }));
  copy();
  expect(clipboard.writeText).not.toHaveBeenCalled();
  viewer.focus();
  copy();
  expect(clipboard.writeText).toHaveBeenCalledWith('from there');
});

const notice = () => node.querySelector<HTMLElement>('.jp-Desktop-notice')!;

it('shows a notice if the browser does not allow reading the clipboard', async () => {
  clipboard.readText.mockImplementation(() => Promise.reject(new Error('not allowed')));
  await live();
  const seen = keysSeen();
  key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
  await pass();
  expect(seen).toEqual(['keydown KeyV']);
  expect(notice().hidden).toBe(false);
  expect(notice().textContent).toContain('does not let this page read');
  notice().querySelector('button')!.click();
  expect(document.activeElement).toBe(FakeRFB.last.canvas);
});

it('shows a notice if the browser does not accept the copied text', async () => {
  clipboard.writeText.mockImplementation(() => Promise.reject(new Error('not allowed')));
  await live();
  viewer.focus();
  FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text: 'x' } }));
  await pass();
  expect(notice().textContent).toContain('did not accept the copied text');
});

it('shows no notice while nothing is copied or pasted', async () => {
  Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  await live();
  key('keydown', { code: 'KeyA', key: 'a', ctrlKey: true });
  FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text: 'x' } }));
  await pass();
  expect(notice().hidden).toBe(true);
});

it('shows a notice if the page is not secure', async () => {
  Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  await live();
  viewer.focus();
  const seen = keysSeen();
  key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
  FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text: 'x' } }));
  await pass();
  expect(seen).toEqual(['keydown KeyV']);
  expect(notice().textContent).toContain('https');
});
