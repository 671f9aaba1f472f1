import FakeRFB, { FakeProbe } from '../fakes/rfb';
import { loadClient } from '../../../src/viewer/rfb';
import { english } from '../../../src/page/english';
import { DesktopScreen } from '../../../src/viewer/screen';
import { DesktopSession } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

let api: FakeAPI;
let session: DesktopSession;
let screen: DesktopScreen;
let node: HTMLElement;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

async function open(): Promise<void> {
  session.start();
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

beforeAll(() => loadClient());

beforeEach(() => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  FakeSocket.instances = [];
  FakeRFB.instances = [];
  api = new FakeAPI();
  api.set();
  session = new DesktopSession({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  node = document.createElement('div');
  node.tabIndex = -1;
  document.body.append(node);
  screen = new DesktopScreen({ session, node, trans: english });
});

afterEach(() => {
  screen.dispose();
  session.dispose();
  jest.useRealTimers();
});

it('tells of phase, connection and name in attributes', async () => {
  expect(node.dataset).toMatchObject({ phase: 'starting', connected: 'false', desktop: 'default' });
  await live();
  expect(node.dataset).toMatchObject({ phase: 'running', connected: 'true' });
  FakeSocket.last.drop(4410);
  expect(node.dataset).toMatchObject({ phase: 'stopped', connected: 'false' });
});

it('keeps keys from being shortcuts of JupyterLab', () => {
  expect(node.getAttribute('data-lm-suppress-shortcuts')).toBe('true');
});

it('hands the socket over while it is connecting', async () => {
  await open();
  expect(FakeRFB.last.socket).toBe(FakeSocket.last);
  expect(FakeSocket.last.readyState).toBe(WebSocket.CONNECTING);
});

it('shows the steps until pixels are there, not just a connection', async () => {
  await open();
  FakeRFB.last.connect();
  FakeRFB.last.paint(0);
  expect(node.classList).not.toContain('jp-mod-live');
  expect(marks()).toBe(0);
  FakeRFB.last.paint(255);
  expect(node.classList).toContain('jp-mod-live');
  expect(marks()).toBe(1);
});

it('looks at no frame after the first', async () => {
  await live();
  const before = FakeProbe.looks;
  FakeRFB.last.paint();
  expect(FakeProbe.looks).toBe(before);
});

it('keeps the last picture until a new one is there', async () => {
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

it('keeps the last picture through several vain attempts', async () => {
  await live();
  const { canvas } = FakeRFB.last;
  for (let i = 0; i < 3; i++) {
    FakeSocket.last.drop();
    await pass(10000);
  }
  expect([...node.querySelectorAll('canvas[data-kept]')]).toEqual([canvas]);
});

it('shows no picture of a desktop that is stopped', async () => {
  await live();
  FakeSocket.last.drop(4410);
  expect(node.querySelector('canvas')).toBeNull();
});

it('has the RFB client resize where the model says so, unless hidden', async () => {
  await open();
  expect(FakeRFB.last.resizeSession).toBe(true);
  screen.visible = false;
  expect(FakeRFB.last.resizeSession).toBe(false);
  screen.visible = true;
  expect(FakeRFB.last.resizeSession).toBe(true);
});

it('asks the server to resize where the RFB client cannot', async () => {
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
  screen.visible = false;
  await pass(60000);
  screen.visible = true;
  await pass(60000);
  expect(FakeRFB.instances).toHaveLength(1);
  expect(FakeRFB.last.told).toEqual([]);
});

it('reconnects at once when the network is back', async () => {
  await live();
  const { last } = FakeSocket;
  api.models.clear();
  api.set({ phase: 'running' });
  screen.visible = false;
  last.drop();
  await pass(5000);
  expect(FakeRFB.instances).toHaveLength(1);
  screen.visible = true;
  window.dispatchEvent(new Event('online'));
  await pass(1);
  expect(FakeRFB.instances).toHaveLength(2);
});

it('gives the keyboard to the picture, or to the button there is', async () => {
  await live();
  screen.focus();
  expect(document.activeElement).toBe(FakeRFB.last.canvas);
  FakeSocket.last.drop(4410);
  screen.focus();
  expect(document.activeElement?.textContent).toBe('Start');
});

it('applies another quality at once', async () => {
  await live();
  screen.applyQuality({ qualityLevel: 9, compressionLevel: 0 });
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

describe('a desktop that nobody uses', () => {
  const warning = () => node.querySelector<HTMLElement>('.jp-Desktop-warning')!;
  const stops_at = '2100-01-01T00:00:00Z';

  it('is connected again with a click anywhere on its last picture', async () => {
    await live();
    FakeSocket.last.drop(4408);
    expect(node.dataset.problem).toBe('idle');
    node.querySelector<HTMLElement>('.jp-Desktop-screen')!.click();
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is left alone with clicks while it is connected', async () => {
    await live();
    node.querySelector<HTMLElement>('.jp-Desktop-screen')!.click();
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('is kept with the button of the warning', async () => {
    await live();
    api.set({ stops_at });
    await session.look();
    expect(warning().hidden).toBe(false);
    warning().querySelector('button')!.click();
    await pass();
    expect(api.calls).toContain('keep default');
    expect(warning().hidden).toBe(true);
  });

  it('is warned of no longer when it is used', async () => {
    await live();
    api.set({ stops_at });
    await session.look();
    key('keydown', { code: 'KeyA', key: 'a' });
    key('keydown', { code: 'KeyB', key: 'b' });
    api.set();
    const before = api.calls.length;
    await pass(2000);
    expect(api.calls.slice(before)).toEqual(['get default']);
    expect(warning().hidden).toBe(true);
  });

  it('is kept by who connects again while it is warned of', async () => {
    await live();
    FakeSocket.last.drop(4408);
    session.update(modelOf({ stops_at }));
    node.querySelector<HTMLElement>('button[data-action=retry]')!.click();
    await pass();
    expect(api.calls).toContain('keep default');
  });

  it('is warned of no longer when it is stopped', async () => {
    await live();
    api.set({ stops_at });
    await session.look();
    api.set({ phase: 'stopped' });
    FakeSocket.last.drop(4410);
    await pass();
    expect(warning().hidden).toBe(true);
  });
});

it('ends the connection when disposed, once', async () => {
  await live();
  screen.dispose();
  screen.dispose();
  expect(FakeRFB.last.told).toEqual(['disconnect']);
});
