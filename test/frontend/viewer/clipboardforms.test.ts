import { setTimeout as setTimeoutOfNode } from 'node:timers';
import FakeRFB from '../fakes/rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from '../../../src/page/english';
import { Contents } from '../../../src/viewer/clipboardcontents';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopError } from '../../../src/services/restapi';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;
let node: HTMLElement;

/** What the page has written, by type. */
let written: Record<string, string>[] = [];
const clipboard = { readText: jest.fn(), writeText: jest.fn(), write: jest.fn() };
const [TEXT, HTML, PICTURE] = [1, 4, 8];
const CTRL_V = { code: 'KeyV', key: 'v', ctrlKey: true };
const PNG = 'iVBORw0KGgo=';

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

/** Wait for blobs, which jsdom reads in its own time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await pass(1);
    await new Promise(resolve => setTimeoutOfNode(resolve, 5));
  }
}

const field = () => node.querySelector('textarea')!;
const notice = () => node.querySelector<HTMLElement>('.jp-Desktop-notice')!;
const sent = () => api.calls.filter(call => call.startsWith('write'));
const fetched = () => api.calls.filter(call => call.startsWith('read'));
let seen: string[] = [];
const keys = () => seen.splice(0).join(' ');

function picture(pixels: string): File {
  const file = new File([Buffer.from(PNG, 'base64'), pixels], 'image.png', { type: 'image/png' });
  return Object.assign(file, { pixels });
}

function press(type: string, init: KeyboardEventInit): void {
  field().dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
}

/** A key that pastes, and its paste event. */
function paste(data: Record<string, string>, file?: File): void {
  press('keydown', CTRL_V);
  const items = file === undefined ? [] : [{ kind: 'file', type: file.type, getAsFile: () => file }];
  const types = [...Object.keys(data), ...(file === undefined ? [] : ['Files'])];
  const clipboardData = { types, items, getData: (type: string) => data[type] ?? '' };
  field().dispatchEvent(Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData }));
  press('keyup', CTRL_V);
  press('keydown', { code: 'KeyA', key: 'a' });
}

function copied(text: string): void {
  FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text } }));
}

class FakeItem {
  constructor(readonly forms: Record<string, Promise<Blob>>) {}
}

async function connect(): Promise<void> {
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  viewer = new DesktopViewer({ connection, node, trans: english });
  connection.start();
  await pass();
  FakeRFB.last.connect();
  FakeRFB.last.paint();
  viewer.focus();
}

beforeAll(() => loadNoVNC());

beforeEach(async () => {
  jest.clearAllMocks();
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask'] });
  written = [];
  seen = [];
  clipboard.readText.mockImplementation(() => Promise.resolve(''));
  clipboard.writeText.mockImplementation((text: string) => Promise.resolve(void written.push({ 'text/plain': text })));
  clipboard.write.mockImplementation(async ([item]: FakeItem[]) => {
    const forms = Object.entries(item.forms).map(async ([type, blob]) => [type, String((await blob).size)]);
    written.push(Object.fromEntries(await Promise.all(forms)) as Record<string, string>);
  });
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  Object.defineProperty(navigator, 'permissions', {
    value: { query: () => Promise.resolve({ state: 'prompt' }) },
    configurable: true
  });
  Object.assign(globalThis, { ClipboardItem: FakeItem });
  jest
    .spyOn(Contents, 'fingerprint')
    .mockImplementation(blob => Promise.resolve((blob as { pixels?: string }).pixels ?? 'desktop'));
  performance.mark = jest.fn();
  api = new FakeAPI();
  api.set();
  api.nextTicket = { ticket: 'x', connection: 'c1' };
  node = document.createElement('div');
  node.tabIndex = -1;
  document.body.append(node);
  await connect();
  FakeRFB.last.canvas.addEventListener('keydown', event => seen.push(event.key));
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
});

it('sends a picture before the key that pastes it, and all keys after it in their order', async () => {
  paste({}, picture('red'));
  expect(seen).toEqual([]);
  await settled();
  expect(api.clipboard?.['image/png']).toMatch(/^iVBORw0KGg/);
  expect(keys()).toBe('v a');
  expect(sent()).toEqual(['write default c1']);
});

it('sends HTML with its text', async () => {
  paste({ 'text/plain': 'bold', 'text/html': '<b>bold</b>' });
  await settled();
  expect(api.clipboard).toEqual({ 'text/plain': 'bold', 'text/html': '<b>bold</b>' });
  expect(keys()).toBe('v a');
});

it('sends the same only once', async () => {
  paste({}, picture('red'));
  await settled();
  paste({}, picture('red'));
  await settled();
  expect(sent()).toHaveLength(1);
  paste({}, picture('blue'));
  await settled();
  expect(sent()).toHaveLength(2);
  paste({ 'text/plain': 'text' });
  await settled();
  paste({}, picture('blue'));
  await settled();
  expect(sent()).toHaveLength(3);
});

it('pastes nothing, and says so, if the desktop takes text only', async () => {
  api.clipboard = null;
  for (let turn = 0; turn < 2; turn++) {
    paste({}, picture('red'));
    await settled();
    expect(keys()).toBe('a');
    expect(notice().textContent).toContain('only text can be pasted');
  }
  expect(sent()).toHaveLength(1);
  paste({ 'text/plain': 'bold', 'text/html': '<b>bold</b>' });
  await settled();
  expect(FakeRFB.last.calls).toContainEqual(['clipboard', 'bold']);
  expect(keys()).toBe('v a');
});

it('pastes nothing, and says so, if the picture is not taken', async () => {
  api.error = new DesktopError({ status: 503, message: 'busy' });
  paste({}, picture('red'));
  await settled();
  expect(keys()).toBe('a');
  expect(notice().textContent).toContain('could not be sent');
});

it('pastes nothing of a picture of another kind', async () => {
  paste({}, new File(['<svg/>'], 'x.svg', { type: 'image/svg+xml' }));
  await settled();
  expect(sent()).toEqual([]);
  expect(keys()).toBe('a');
  expect(notice().textContent).toContain('neither text nor a picture');
});

it('writes a picture of the desktop, with the other forms, in one item', async () => {
  api.clipboard = { 'text/plain': 'bold', 'text/html': '<b>bold</b>', 'image/png': PNG };
  FakeRFB.last.notify(TEXT | HTML | PICTURE);
  copied('bold');
  await settled();
  expect(written).toEqual([{ 'text/plain': '4', 'text/html': '11', 'image/png': '8' }]);
  paste({ 'text/plain': 'bold', 'text/html': '<meta><b>bold</b>' });
  await settled();
  expect(sent()).toEqual([]);
});

it('does not send a picture back', async () => {
  api.clipboard = { 'image/png': PNG };
  FakeRFB.last.notify(PICTURE);
  await settled();
  expect(written).toEqual([{ 'image/png': '8' }]);
  paste({}, picture('desktop'));
  await settled();
  expect(sent()).toEqual([]);
  expect(keys()).toBe('v a');
});

it('leaves what was written in all forms if the text comes late', async () => {
  api.clipboard = { 'text/plain': 'bold', 'text/html': '<b>bold</b>' };
  FakeRFB.last.notify(TEXT | HTML);
  await settled();
  copied('bold');
  await settled();
  expect(written).toEqual([{ 'text/plain': '4', 'text/html': '11' }]);
});

it('fetches nothing until the desktop has the focus', async () => {
  api.clipboard = { 'image/png': PNG };
  field().blur();
  FakeRFB.last.notify(PICTURE);
  await settled();
  expect(fetched()).toEqual([]);
  viewer.focus();
  await settled();
  expect(fetched()).toEqual(['read default c1']);
  expect(written).toHaveLength(1);
});

it('writes the text alone if the desktop does not give the other forms', async () => {
  api.clipboard = {};
  FakeRFB.last.notify(TEXT | PICTURE);
  copied('text');
  await settled();
  expect(written).toEqual([{ 'text/plain': 'text' }]);
  expect(notice().textContent).toContain('could not be fetched');
});

it('writes only what was copied last', async () => {
  let answer = (_: object): void => undefined;
  jest.spyOn(api, 'readClipboard').mockImplementationOnce(() => new Promise(resolve => (answer = resolve)));
  FakeRFB.last.notify(PICTURE);
  await pass();
  FakeRFB.last.notify(TEXT);
  copied('later');
  await settled();
  answer({ 'image/png': PNG });
  await settled();
  expect(written).toEqual([{ 'text/plain': 'later' }]);
});

it('says that a browser can’t copy pictures, and copies the text', async () => {
  Object.assign(globalThis, { ClipboardItem: undefined });
  FakeRFB.last.notify(TEXT | PICTURE);
  copied('text');
  await settled();
  expect(written).toEqual([{ 'text/plain': 'text' }]);
  expect(notice().textContent).toContain('stays on the desktop');
});

it('fetches nothing without the right', async () => {
  api.nextTicket = { ticket: 'x', connection: 'c2', rights: ['see', 'keys', 'clipboard-in'] };
  connection.reconnect();
  await pass();
  FakeRFB.last.connect();
  FakeRFB.last.notify(PICTURE);
  viewer.focus();
  await settled();
  expect(fetched()).toEqual([]);
});

it('tries again with the next key if the browser does not accept the picture now', async () => {
  api.clipboard = { 'image/png': PNG };
  clipboard.write.mockImplementationOnce(() => Promise.reject(new DOMException('denied', 'NotAllowedError')));
  FakeRFB.last.notify(PICTURE);
  await settled();
  expect(written).toEqual([]);
  expect(notice().textContent).toContain('Click the desktop');
  press('keydown', { code: 'KeyB', key: 'b' });
  await settled();
  expect(written).toEqual([{ 'image/png': '8' }]);
});

it('gives a picture up that the browser can’t read', async () => {
  api.clipboard = { 'image/png': PNG };
  clipboard.write.mockImplementation(() => Promise.reject(new DOMException('bad', 'DataError')));
  FakeRFB.last.notify(PICTURE);
  await settled();
  press('keydown', { code: 'KeyB', key: 'b' });
  await settled();
  expect(fetched()).toHaveLength(1);
  expect(notice().textContent).toContain('could not be fetched');
});

it('says that a picture stays on the desktop if the server does not carry it', async () => {
  api.nextTicket = null;
  connection.dispose();
  viewer.dispose();
  await connect();
  FakeRFB.last.notify(PICTURE);
  await settled();
  expect(fetched()).toEqual([]);
  expect(notice().textContent).toContain('only text is copied');
});
