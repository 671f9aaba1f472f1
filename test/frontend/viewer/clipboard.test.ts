import FakeRFB from '../fakes/rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from '../fakes/translation';
import { Contents } from '../../../src/viewer/clipboardcontents';
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

/** The text field that has the keyboard. */
const field = () => node.querySelector('textarea')!;

function key(type: string, init: KeyboardEventInit): boolean {
  return field().dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
}

/** A key that pastes, and the paste event that browsers send after it, with data by its type; they are gone after it. */
function paste(data: Record<string, string> | null, init: KeyboardEventInit = CTRL_V): void {
  key('keydown', init);
  if (data !== null) {
    const clipboardData = { types: Object.keys(data), getData: (type: string) => data[type] ?? '' };
    field().dispatchEvent(Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData }));
    Object.assign(clipboardData, { types: [], getData: () => '' });
  }
  key('keyup', init);
}

const CTRL_V = { code: 'KeyV', key: 'v', ctrlKey: true };

/** Receive a text that was copied on the desktop. */
function copied(text: string): void {
  FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text } }));
}

/** Say whether the page may read the clipboard without asking. */
function permit(state: PermissionState): void {
  Object.defineProperty(navigator, 'permissions', {
    value: { query: () => Promise.resolve({ state }) },
    configurable: true
  });
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.clearAllMocks();
  clipboard.text = 'from here';
  clipboard.readText.mockImplementation(() => Promise.resolve(clipboard.text));
  clipboard.writeText.mockImplementation(() => Promise.resolve());
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  permit('prompt');
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

const notice = () => node.querySelector<HTMLElement>('.jp-Desktop-notice')!;

it('gives the keyboard to a text field with a name', async () => {
  await live();
  viewer.focus();
  expect(document.activeElement).toBe(field());
  expect(field().getAttribute('aria-label')).toContain('desktop');
});

it.each([
  ['Ctrl+V', CTRL_V],
  ['Ctrl+V of a Dvorak layout', { code: 'Period', key: 'v', ctrlKey: true }],
  ['Ctrl+V of a Cyrillic layout', { code: 'KeyV', key: 'м', ctrlKey: true }],
  ['Ctrl+Shift+V', { code: 'KeyV', key: 'V', ctrlKey: true, shiftKey: true }],
  ['Shift+Insert', { code: 'Insert', key: 'Insert', shiftKey: true }]
])('sends the pasted text before the key: %s', async (_, init) => {
  await live();
  const seen = keysSeen();
  paste({ 'text/plain': 'from here' }, init);
  expect(seen).toEqual([]);
  await pass();
  expect(FakeRFB.last.calls).toEqual([['clipboard', 'from here']]);
  expect(seen).toEqual([`keydown ${init.code}`, `keyup ${init.code}`]);
  expect(clipboard.readText).not.toHaveBeenCalled();
});

it('keeps the order of keys that are typed meanwhile, and the states of the locks', async () => {
  await live();
  const locks: boolean[] = [];
  FakeRFB.last.canvas.addEventListener('keydown', event => locks.push(event.getModifierState('NumLock')));
  const seen = keysSeen();
  key('keydown', CTRL_V);
  key('keydown', { code: 'KeyA', key: 'a', modifierNumLock: true });
  key('keyup', { code: 'KeyA', key: 'a' });
  key('keyup', CTRL_V);
  expect(seen).toEqual([]);
  await pass(100);
  expect(seen).toEqual(['keydown KeyV', 'keydown KeyA', 'keyup KeyA', 'keyup KeyV']);
  expect(locks).toEqual([false, true]);
});

it('reads the clipboard if the browser sends no paste event, and waits for the answer of the user', async () => {
  let answer = (_: string): void => undefined;
  clipboard.readText.mockImplementation(() => new Promise<string>(resolve => (answer = resolve)));
  await live();
  const seen = keysSeen();
  paste(null);
  await pass(60_000);
  expect(seen).toEqual([]);
  answer('slow');
  await pass();
  expect(FakeRFB.last.calls).toEqual([['clipboard', 'slow']]);
  expect(seen).toEqual(['keydown KeyV', 'keyup KeyV']);
});

it('pastes nothing, and says so each time, if the clipboard cannot be read', async () => {
  clipboard.readText.mockImplementation(() => Promise.reject(new Error('not allowed')));
  await live();
  const seen = keysSeen();
  for (let turn = 0; turn < 2; turn++) {
    paste(null);
    key('keydown', { code: 'KeyB', key: 'b' });
    await pass(100);
    expect(seen).toEqual(['keydown KeyB']);
    expect(notice().hidden).toBe(false);
    expect(notice().textContent).toContain('Nothing was pasted');
    notice().querySelector('button')!.click();
    seen.length = 0;
  }
  expect(document.activeElement).toBe(field());
});

it('pastes nothing, and says so, if a picture was copied', async () => {
  await live();
  const seen = keysSeen();
  paste({ 'image/png': '' });
  await pass();
  expect(seen).toEqual([]);
  expect(notice().textContent).toContain('neither text nor a picture');
});

it('says that a text is too long', async () => {
  jest.spyOn(Contents, 'sizeOf').mockReturnValue(16 * 1024 * 1024);
  await live();
  const seen = keysSeen();
  paste({ 'text/plain': 'too long' });
  await pass();
  expect([seen, FakeRFB.last.calls]).toEqual([[], []]);
  expect(notice().textContent).toContain('16 MB');
});

it('lets the desktop paste its own text if that was copied last', async () => {
  clipboard.readText.mockImplementation(() => Promise.reject(new Error('not allowed')));
  clipboard.writeText.mockImplementation(() => Promise.reject(new Error('not allowed')));
  await live();
  viewer.focus();
  const seen = keysSeen();
  copied('from there');
  paste(null);
  await pass(100);
  expect(seen).toEqual(['keydown KeyV', 'keyup KeyV']);
  window.dispatchEvent(new Event('blur')); // the user may copy elsewhere
  paste(null);
  await pass(100);
  expect(seen).toHaveLength(2);
});

it('does not send a text again that the desktop has, so that its programs keep their own', async () => {
  await live();
  viewer.focus();
  copied('from there');
  await pass();
  paste({ 'text/plain': 'from there' });
  await pass();
  expect(FakeRFB.last.calls).toEqual([]);
});

it.each(['focus', 'pointerenter', 'mousedown'])('sends the text at %s if the page may read it', async type => {
  permit('granted');
  await live();
  const event = new Event(type, { bubbles: true });
  if (type === 'focus') {
    viewer.focus();
  } else {
    FakeRFB.last.canvas.dispatchEvent(type === 'mousedown' ? new MouseEvent(type, { bubbles: true }) : event);
  }
  await pass();
  expect(FakeRFB.last.calls).toEqual([['clipboard', 'from here']]);
});

it('asks no permission for that', async () => {
  await live();
  viewer.focus();
  FakeRFB.last.canvas.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
  await pass();
  expect(clipboard.readText).not.toHaveBeenCalled();
});

it('lets the middle button wait for the text', async () => {
  permit('granted');
  await live();
  const seen: string[] = [];
  for (const type of ['mousedown', 'mouseup']) {
    FakeRFB.last.canvas.addEventListener(type, event =>
      seen.push(`${type} ${(event as MouseEvent).button} ${(event as MouseEvent).clientX}`)
    );
    const init = { bubbles: true, cancelable: true, button: 1, clientX: 5 };
    FakeRFB.last.canvas.dispatchEvent(new MouseEvent(type, init));
  }
  expect(seen).toEqual([]);
  await pass();
  expect(FakeRFB.last.calls).toEqual([['clipboard', 'from here']]);
  expect(seen).toEqual(['mousedown 1 5', 'mouseup 1 5']);
});

it('copies text from the desktop as soon as the desktop has the focus', async () => {
  await live();
  copied('from there');
  await pass();
  expect(clipboard.writeText).not.toHaveBeenCalled();
  viewer.focus();
  await pass();
  expect(clipboard.writeText).toHaveBeenCalledWith('from there');
  copied('and again');
  expect(clipboard.writeText).toHaveBeenCalledWith('and again');
});

it('leaves the browser’s text if the user copied it later', async () => {
  await live();
  copied('from there');
  document.dispatchEvent(new Event('copy'));
  viewer.focus();
  await pass();
  expect(clipboard.writeText).not.toHaveBeenCalled();
});

it('tries again with the next key if the browser does not accept the copied text', async () => {
  clipboard.writeText.mockImplementationOnce(() => Promise.reject(new Error('not allowed')));
  await live();
  viewer.focus();
  copied('x');
  await pass();
  expect(notice().textContent).toContain('only with a click or a key');
  key('keydown', { code: 'KeyA', key: 'a' });
  await pass();
  expect(clipboard.writeText).toHaveBeenCalledTimes(2);
  expect(notice().hidden).toBe(true);
});

it('copies and pastes without https, by the browser’s own events', async () => {
  Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  const copy = jest.fn(() => {
    const clipboardData = { setData: jest.fn() };
    document.dispatchEvent(Object.assign(new Event('copy', { cancelable: true }), { clipboardData }));
    expect(clipboardData.setData).toHaveBeenCalledWith('text/plain', 'from there');
    return true;
  });
  Object.defineProperty(document, 'execCommand', { value: copy, configurable: true });
  await live();
  viewer.focus();
  copied('from there');
  await pass();
  expect(copy).toHaveBeenCalled();
  paste({ 'text/plain': 'from here' });
  await pass();
  expect(FakeRFB.last.calls).toEqual([['clipboard', 'from here']]);
  expect(notice().hidden).toBe(true);
});
