import { resetFakes } from '../fakes/reset';
import FakeRFB from '../fakes/rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from '../fakes/translation';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;
let node: HTMLElement;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

async function open(): Promise<void> {
  connection.start();
  await pass();
}

async function live(): Promise<void> {
  await open();
  FakeRFB.last.connect();
  FakeRFB.last.paint();
}

function key(type: string, init: KeyboardEventInit): void {
  node.querySelector('textarea')!.dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  resetFakes();
  api = new FakeAPI();
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

describe('a viewer without all rights', () => {
  const ticket = { ticket: 't', connection: 'c1' };

  it('sends neither keys nor the pointer if it may only look', async () => {
    api.nextTicket = { ...ticket, rights: ['see'] };
    await live();
    expect(FakeRFB.last.viewOnly).toBe(true);
    expect(node.textContent).toContain('View only');
  });

  it('never resizes the desktop, by RFB or REST, and scales it', async () => {
    jest.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800);
    jest.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600);
    for (const resize of ['rfb', 'rest'] as const) {
      api.set({ resize });
      api.nextTicket = { ...ticket, rights: ['see', 'keys', 'pointer'] };
      await live();
      viewer.visible = true;
      await pass(1000);
      expect(FakeRFB.last).toMatchObject({ resizeSession: false, scaleViewport: true, viewOnly: false });
    }
    expect(api.sizes).toEqual([]);
  });

  it('loses control at once, and keeps the picture', async () => {
    api.nextTicket = { ...ticket, rights: ['see', 'keys', 'pointer', 'resize'] };
    await live();
    expect(FakeRFB.last).toMatchObject({ resizeSession: true, viewOnly: false });
    const viewers = [{ id: 'c1', user: { username: 'ann', name: 'Ann' }, rights: ['see' as const], invited: true }];
    connection.update(modelOf({ viewers }));
    expect(FakeRFB.last).toMatchObject({ resizeSession: false, viewOnly: true });
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('says that the access was withdrawn, and does not retry', async () => {
    await live();
    FakeSocket.last.drop(4403);
    await pass(60000);
    expect(node.textContent).toContain('Your access was withdrawn.');
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('the clipboard', () => {
  const clipboard = { readText: jest.fn(), writeText: jest.fn() };

  beforeEach(() => {
    clipboard.readText.mockReset().mockResolvedValue('secret');
    clipboard.writeText.mockReset().mockResolvedValue(undefined);
    Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  });

  const notice = () => node.querySelector('.jp-Desktop-notice')!.textContent;

  it('of the browser is not even read without the right to send it', async () => {
    api.nextTicket = { ticket: 't', rights: ['see', 'keys', 'pointer', 'clipboard-out'] };
    await live();
    const seen: string[] = [];
    FakeRFB.last.canvas.addEventListener('keydown', ({ code }) => seen.push(code));
    key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
    await pass(2000);
    expect(clipboard.readText).not.toHaveBeenCalled();
    expect(FakeRFB.last.calls).toEqual([]);
    expect(seen).toEqual(['KeyV']);
    expect(notice()).toContain('You cannot paste here');
  });

  it('of the desktop is not written without the right to receive it', async () => {
    api.nextTicket = { ticket: 't', rights: ['see', 'keys', 'pointer', 'clipboard-in'] };
    await live();
    viewer.focus();
    FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text: 'x' } }));
    await pass();
    expect(clipboard.writeText).not.toHaveBeenCalled();
    expect(node.querySelector<HTMLElement>('.jp-Desktop-notice')!.hidden).toBe(true);
    key('keydown', { code: 'KeyC', key: 'c', ctrlKey: true });
    expect(notice()).toContain('stays there');
  });

  it('works in the direction that is allowed', async () => {
    api.nextTicket = { ticket: 't', rights: ['see', 'keys', 'pointer', 'clipboard-in'] };
    await live();
    key('keydown', { code: 'KeyV', key: 'v', ctrlKey: true });
    await pass(100);
    expect(FakeRFB.last.calls).toEqual([['clipboard', 'secret']]);
  });
});
