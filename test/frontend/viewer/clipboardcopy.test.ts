import FakeRFB from '../fakes/rfb';
import { ClipboardPanel, HTML, picture, PICTURE, PNG, TEXT } from '../fakes/clipboardpanel';
import { loadNoVNC } from '../../../src/viewer/rfb';

let panel: ClipboardPanel;

beforeAll(() => loadNoVNC());

beforeEach(async () => {
  panel = await ClipboardPanel.open();
});

afterEach(() => panel.dispose());

it('writes a picture of the desktop, with the other forms, in one item', async () => {
  panel.api.clipboard = { 'text/plain': 'bold', 'text/html': '<b>bold</b>', 'image/png': PNG };
  FakeRFB.last.notify(TEXT | HTML | PICTURE);
  panel.copied('bold');
  await panel.settled();
  expect(panel.written).toEqual([{ 'text/plain': '4', 'text/html': '11', 'image/png': '8' }]);
  panel.paste({ 'text/plain': 'bold', 'text/html': '<meta><b>bold</b>' });
  await panel.settled();
  expect(panel.sent).toEqual([]);
});

it('does not send a picture back', async () => {
  panel.api.clipboard = { 'image/png': PNG };
  FakeRFB.last.notify(PICTURE);
  await panel.settled();
  expect(panel.written).toEqual([{ 'image/png': '8' }]);
  panel.paste({}, picture('desktop'));
  await panel.settled();
  expect(panel.sent).toEqual([]);
  expect(panel.keys()).toBe('v a');
});

it('leaves what was written in all forms if the text comes late', async () => {
  panel.api.clipboard = { 'text/plain': 'bold', 'text/html': '<b>bold</b>' };
  FakeRFB.last.notify(TEXT | HTML);
  await panel.settled();
  panel.copied('bold');
  await panel.settled();
  expect(panel.written).toEqual([{ 'text/plain': '4', 'text/html': '11' }]);
});

it('fetches nothing until the desktop has the focus', async () => {
  panel.api.clipboard = { 'image/png': PNG };
  panel.blur();
  FakeRFB.last.notify(PICTURE);
  await panel.settled();
  expect(panel.fetched).toEqual([]);
  panel.focus();
  await panel.settled();
  expect(panel.fetched).toEqual(['read default c1']);
  expect(panel.written).toHaveLength(1);
});

it('writes the text alone if the desktop does not give the other forms', async () => {
  panel.api.clipboard = {};
  FakeRFB.last.notify(TEXT | PICTURE);
  panel.copied('text');
  await panel.settled();
  expect(panel.written).toEqual([{ 'text/plain': 'text' }]);
  expect(panel.notice).toContain('could not be fetched');
});

it('writes only what was copied last', async () => {
  let answer = (_: object): void => undefined;
  jest.spyOn(panel.api, 'readClipboard').mockImplementationOnce(() => new Promise(resolve => (answer = resolve)));
  FakeRFB.last.notify(PICTURE);
  await panel.pass();
  FakeRFB.last.notify(TEXT);
  panel.copied('later');
  await panel.settled();
  answer({ 'image/png': PNG });
  await panel.settled();
  expect(panel.written).toEqual([{ 'text/plain': 'later' }]);
});

it('says that a browser can’t copy pictures, and copies the text', async () => {
  Object.assign(globalThis, { ClipboardItem: undefined });
  FakeRFB.last.notify(TEXT | PICTURE);
  panel.copied('text');
  await panel.settled();
  expect(panel.written).toEqual([{ 'text/plain': 'text' }]);
  expect(panel.notice).toContain('stays on the desktop');
});

it('fetches nothing without the right', async () => {
  panel.api.nextTicket = { ticket: 'x', connection: 'c2', rights: ['see', 'keys', 'clipboard-in'] };
  await panel.connect();
  FakeRFB.last.notify(PICTURE);
  panel.focus();
  await panel.settled();
  expect(panel.fetched).toEqual([]);
});

it('tries again with the next key if the browser does not accept the picture now', async () => {
  panel.api.clipboard = { 'image/png': PNG };
  panel.clipboard.write.mockImplementationOnce(() => Promise.reject(new DOMException('denied', 'NotAllowedError')));
  FakeRFB.last.notify(PICTURE);
  await panel.settled();
  expect(panel.written).toEqual([]);
  expect(panel.notice).toContain('Click the desktop');
  panel.press('keydown', { code: 'KeyB', key: 'b' });
  await panel.settled();
  expect(panel.written).toEqual([{ 'image/png': '8' }]);
  expect(panel.notice).toBe('');
});

it('gives a picture up that the browser can’t read', async () => {
  panel.api.clipboard = { 'image/png': PNG };
  panel.clipboard.write.mockImplementation(() => Promise.reject(new DOMException('bad', 'DataError')));
  FakeRFB.last.notify(PICTURE);
  await panel.settled();
  panel.press('keydown', { code: 'KeyB', key: 'b' });
  await panel.settled();
  expect(panel.fetched).toHaveLength(1);
  expect(panel.notice).toContain('could not be fetched');
  panel.clipboard.write.mockReset();
  FakeRFB.last.notify(PICTURE);
  await panel.settled();
  expect(panel.notice).toBe('');
});

it('says that a picture stays on the desktop if the server does not carry it', async () => {
  panel.api.nextTicket = null;
  await panel.connect();
  FakeRFB.last.notify(PICTURE);
  await panel.settled();
  expect(panel.fetched).toEqual([]);
  expect(panel.notice).toContain('only text is copied');
});

it('leaves what was written in all forms if its text comes twice', async () => {
  panel.api.clipboard = { 'text/plain': 'bold', 'text/html': '<b>bold</b>' };
  FakeRFB.last.notify(TEXT | HTML);
  await panel.settled();
  panel.copied('bold');
  panel.copied('bold'); // in answer to an earlier request
  await panel.settled();
  expect(panel.written).toHaveLength(1);
  window.dispatchEvent(new Event('blur')); // the user may copy elsewhere
  panel.copied('bold');
  await panel.settled();
  expect(panel.written).toHaveLength(2);
});

describe('while a picture is fetched', () => {
  let answer: (contents: object) => void;

  beforeEach(() => {
    const work = new Promise<object>(resolve => (answer = resolve));
    jest.spyOn(panel.api, 'readClipboard').mockImplementation(() => work);
    FakeRFB.last.notify(TEXT | PICTURE);
  });

  it('a key pastes it on the desktop, not what the browser still has', async () => {
    panel.paste({ 'text/plain': 'older' });
    await panel.settled();
    expect(panel.keys()).toBe('v a');
    expect(FakeRFB.last.calls).not.toContainEqual(['clipboard', 'older']);
  });

  it('it is not fetched again, and its text is not written without it', async () => {
    panel.copied('text');
    panel.press('keydown', { code: 'KeyB', key: 'b' });
    await panel.settled();
    expect(panel.api.readClipboard).toHaveBeenCalledTimes(1);
    expect(panel.written).toEqual([]);
    answer({ 'text/plain': 'text', 'image/png': PNG });
    await panel.settled();
    expect(panel.written).toEqual([{ 'text/plain': '4', 'image/png': '8' }]);
  });
});
