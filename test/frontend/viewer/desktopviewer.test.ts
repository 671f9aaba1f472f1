import { FakeProbe } from '../fakes/display';
import { resetFakes } from '../fakes/reset';
import FakeRFB from '../fakes/rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from '../fakes/translation';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DEFAULT_SCREEN } from '../../../src/viewer/screensettings';
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

function marks(): number {
  return jest.mocked(performance.mark).mock.calls.filter(([name]) => name === 'vnc:first-frame').length;
}

function key(type: string, init: KeyboardEventInit): void {
  FakeRFB.last.canvas.dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
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

it('has data attributes for phase, connection and name', async () => {
  expect(node.dataset).toMatchObject({ phase: 'starting', connected: 'false', desktop: 'default' });
  await live();
  expect(node.dataset).toMatchObject({ phase: 'running', connected: 'true' });
  FakeSocket.last.drop(4410);
  expect(node.dataset).toMatchObject({ phase: 'stopped', connected: 'false' });
});

it("suppresses JupyterLab's shortcuts while the desktop has the keyboard", async () => {
  await live();
  viewer.focus();
  expect(node.getAttribute('data-lm-suppress-shortcuts')).toBe('true');
  (document.activeElement as HTMLElement).blur();
  expect(node.getAttribute('data-lm-suppress-shortcuts')).toBe(null);
});

it('passes the socket to the RFB client while it is connecting', async () => {
  await open();
  expect(FakeRFB.last.socket).toBe(FakeSocket.last);
  expect(FakeSocket.last.readyState).toBe(WebSocket.CONNECTING);
});

it('shows the steps until the first pixels are there', async () => {
  await open();
  FakeRFB.last.connect();
  FakeRFB.last.paint(0);
  expect(node.classList).not.toContain('jp-mod-live');
  expect(marks()).toBe(0);
  FakeRFB.last.paint(255);
  expect(node.classList).toContain('jp-mod-live');
  expect(marks()).toBe(1);
});

it('reads no pixels after the first frame', async () => {
  await live();
  const before = FakeProbe.looks;
  FakeRFB.last.paint();
  expect(FakeProbe.looks).toBe(before);
});

it('keeps the last frame until there is a new one', async () => {
  await live();
  const { canvas } = FakeRFB.last;
  FakeSocket.last.drop();
  expect(node.contains(canvas)).toBe(true);
  expect(node.classList).not.toContain('jp-mod-live');
  await pass(1);
  FakeRFB.last.connect();
  expect(node.contains(canvas)).toBe(true);
  FakeRFB.last.paint();
  expect(node.contains(canvas)).toBe(false);
  expect(node.querySelectorAll('canvas')).toHaveLength(1);
});

it('keeps the last frame through several failed attempts', async () => {
  await live();
  const { canvas } = FakeRFB.last;
  for (let i = 0; i < 3; i++) {
    FakeSocket.last.drop();
    await pass(10000);
  }
  expect([...node.querySelectorAll('canvas[data-kept]')]).toEqual([canvas]);
});

it('shows no frame of a stopped desktop', async () => {
  await live();
  FakeSocket.last.drop(4410);
  expect(node.querySelector('canvas')).toBeNull();
});

it('lets the RFB client resize if the model says so, unless hidden', async () => {
  await open();
  expect(FakeRFB.last.resizeSession).toBe(true);
  viewer.visible = false;
  expect(FakeRFB.last.resizeSession).toBe(false);
  viewer.visible = true;
  expect(FakeRFB.last.resizeSession).toBe(true);
});

it('asks the server to resize if the RFB client cannot', async () => {
  api.set({ resize: 'rest' });
  const target = node.querySelector('.jp-Desktop-screen')!;
  Object.defineProperty(target, 'clientWidth', { value: 801 });
  Object.defineProperty(target, 'clientHeight', { value: 602 });
  await live();
  await pass(1000);
  expect(FakeRFB.last.resizeSession).toBe(false);
  expect(api.sizes).toEqual([{ width: 801, height: 602 }]);
});

it('keeps the connection when hidden and shown', async () => {
  await live();
  viewer.visible = false;
  await pass(60000);
  viewer.visible = true;
  await pass(60000);
  expect(FakeRFB.instances).toHaveLength(1);
  expect(FakeRFB.last.calls).toEqual([]);
});

it('reconnects immediately when the network is back', async () => {
  await live();
  const { last } = FakeSocket;
  api.models.clear();
  api.set({ phase: 'running' });
  viewer.visible = false;
  last.drop();
  await pass(5000);
  expect(FakeRFB.instances).toHaveLength(1);
  viewer.visible = true;
  window.dispatchEvent(new Event('online'));
  await pass(1);
  expect(FakeRFB.instances).toHaveLength(2);
});

it('focuses its keyboard field, or else the button', async () => {
  await live();
  viewer.focus();
  expect(document.activeElement).toBe(node.querySelector('textarea'));
  FakeSocket.last.drop(4410);
  viewer.focus();
  expect(document.activeElement?.textContent).toBe('Start');
});

it('applies quality settings immediately', async () => {
  await live();
  viewer.applySettings({ quality: { qualityLevel: 9, compressionLevel: 0 }, screen: DEFAULT_SCREEN });
  expect(FakeRFB.last).toMatchObject({ qualityLevel: 9, compressionLevel: 0 });
});

it('starts a stopped desktop with its button', async () => {
  await live();
  FakeSocket.last.drop(4410);
  api.set({ phase: 'stopped' });
  node.querySelector('button')!.click();
  await pass();
  expect(api.calls).toContain('start default');
  expect(node.dataset.phase).toBe('starting');
});

describe('an idle desktop', () => {
  const warning = () => node.querySelector<HTMLElement>('.jp-Desktop-warning')!;
  const stops_at = '2100-01-01T00:00:00Z';

  it('is reconnected with a click on the last frame', async () => {
    await live();
    FakeSocket.last.drop(4408);
    expect(node.dataset.problem).toBe('idle');
    node.querySelector<HTMLElement>('.jp-Desktop-screen')!.click();
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is not reconnected with a click while it is connected', async () => {
    await live();
    node.querySelector<HTMLElement>('.jp-Desktop-screen')!.click();
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('is kept running with the button of the warning', async () => {
    await live();
    api.set({ stops_at });
    await connection.refresh();
    expect(warning().hidden).toBe(false);
    warning().querySelector('button')!.click();
    await pass();
    expect(api.calls).toContain('keep default');
    expect(warning().hidden).toBe(true);
  });

  it('has no warning after activity', async () => {
    await live();
    api.set({ stops_at });
    await connection.refresh();
    key('keydown', { code: 'KeyA', key: 'a' });
    key('keydown', { code: 'KeyB', key: 'b' });
    api.set();
    const before = api.calls.length;
    await pass(2000);
    expect(api.calls.slice(before)).toEqual(['get default']);
    expect(warning().hidden).toBe(true);
  });

  it('is kept running if the user reconnects during the warning', async () => {
    await live();
    FakeSocket.last.drop(4408);
    connection.update(modelOf({ stops_at }));
    node.querySelector<HTMLElement>('button[data-action=retry]')!.click();
    await pass();
    expect(api.calls).toContain('keep default');
  });

  it('has no warning after it was stopped', async () => {
    await live();
    api.set({ stops_at });
    await connection.refresh();
    api.set({ phase: 'stopped' });
    FakeSocket.last.drop(4410);
    await pass();
    expect(warning().hidden).toBe(true);
  });
});

it('disconnects when disposed, once', async () => {
  await live();
  viewer.dispose();
  viewer.dispose();
  expect(FakeRFB.last.calls).toEqual(['disconnect']);
});
