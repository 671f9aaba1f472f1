import { readFileSync } from 'node:fs';

import FakeRFB from '../fakes/rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from '../../../src/page/english';
import { AUTOMATIC_QUALITY } from '../../../src/viewer/quality';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { sharpened } from '../../../src/viewer/sharpcursor';
import { DEFAULT_SCREEN } from '../../../src/viewer/screensize';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { IScreenSettings } from '../../../src/viewer/screensize';

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;
let node: HTMLElement;
let target: HTMLElement;
let monitor: EventTarget;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

/** Open the desktop, whose size is the panel's. */
async function live(): Promise<FakeRFB> {
  connection.start();
  await pass();
  const { last } = FakeRFB;
  last.connect();
  last.paint();
  last.resize(1270, 779);
  last.requested.length = 0;
  return last;
}

/** jsdom has no DOMRect. */
function rect(left: number, top: number, width: number, height: number): DOMRect {
  return { left, top, width, height, right: left + width, bottom: top + height } as DOMRect;
}

/** Give the panel another size, in CSS pixels. */
function layOut(width: number, height: number): void {
  Object.defineProperty(target, 'clientWidth', { value: width, configurable: true });
  Object.defineProperty(target, 'clientHeight', { value: height, configurable: true });
  node.getBoundingClientRect = () => rect(0, 0, width, height);
}

function apply(screen: Partial<IScreenSettings>): void {
  viewer.applySettings({ quality: AUTOMATIC_QUALITY, screen: { ...DEFAULT_SCREEN, ...screen } });
}

async function haveClients(clients: number): Promise<void> {
  api.set({ clients });
  await connection.refresh();
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  monitor = new EventTarget();
  window.matchMedia = () => monitor as MediaQueryList;
  window.devicePixelRatio = 1;
  FakeSocket.instances = [];
  FakeRFB.instances = [];
  api = new FakeAPI();
  api.set({ clients: 1 });
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  node = document.createElement('div');
  node.tabIndex = -1;
  document.body.append(node);
  viewer = new DesktopViewer({ connection, node, trans: english });
  target = node.querySelector<HTMLElement>('.jp-Desktop-screen')!;
  layOut(1270, 779);
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
});

it('replaces members that noVNC has', () => {
  const source = readFileSync('node_modules/@novnc/novnc/core/rfb.js', 'utf8');
  for (const member of [
    '_requestRemoteResize() {',
    '_screenSize() {',
    '_updateScale() {',
    'const size = this._screenSize();',
    'this._display.scale = 1.0;',
    'this._display.resize(this._fbWidth, this._fbHeight);',
    '_refreshCursor() {',
    'this._cursor.change('
  ]) {
    expect(source).toContain(member);
  }
});

it.each(['pointerdown', 'keydown', 'focusin'])('takes the size back at %s', async type => {
  const rfb = await live();
  rfb.resize(800, 500);
  target.dispatchEvent(new Event(type, { bubbles: true }));
  expect(rfb.requested).toEqual(['1270x779']);
});

it('does not take the size back by itself', async () => {
  const rfb = await live();
  rfb.resize(800, 500);
  await haveClients(2);
  target.dispatchEvent(new Event('pointermove', { bubbles: true }));
  await pass(60000);
  rfb._requestRemoteResize();
  expect(rfb.requested).toEqual([]);
});

it('takes the size back when the other viewer has left', async () => {
  const rfb = await live();
  await haveClients(2);
  rfb.resize(800, 500);
  api.set({ clients: 1 });
  await pass(1000);
  expect(rfb.requested).toEqual(['1270x779']);
});

it('leaves the size to the others when one of several has left', async () => {
  const rfb = await live();
  await haveClients(3);
  rfb.resize(800, 500);
  (document.activeElement as HTMLElement | null)?.blur();
  await haveClients(2);
  expect(rfb.requested).toEqual([]);
});

it('does not resize without the right to', async () => {
  const rfb = await live();
  rfb.resize(800, 500);
  rfb.viewOnly = true;
  target.dispatchEvent(new Event('pointerdown'));
  expect(rfb.requested).toEqual([]);
});

it('takes the size back through REST, too', async () => {
  api.set({ resize: 'rest', clients: 1 });
  const rfb = await live();
  await pass(1000);
  expect(api.sizes).toEqual([{ width: 1270, height: 779 }]);
  rfb.resize(800, 500);
  target.dispatchEvent(new Event('pointerdown'));
  await pass(300);
  expect(api.sizes).toHaveLength(2);
  expect(rfb.requested).toEqual([]);
});

it.each([
  [2, '2540x1558', '1270px', '779px'],
  [1.5, '1905x1168', '1270px', `${1168 / 1.5}px`],
  [1.25, '1587x973', `${1587 / 1.25}px`, `${973 / 1.25}px`]
])('has native pixels at a ratio of %d', async (ratio, size, width, height) => {
  window.devicePixelRatio = ratio;
  const rfb = await live();
  apply({ resolution: 'native' });
  expect(rfb.requested).toEqual([size]);
  expect(target.style).toMatchObject({ width, height });
});

it('begins at a whole pixel of the screen', async () => {
  window.devicePixelRatio = 1.25;
  const rfb = await live();
  node.getBoundingClientRect = () => rect(290, 92, 700, 400);
  apply({ resolution: 'native' });
  expect(target.style).toMatchObject({ left: `${363 / 1.25 - 290}px`, top: '0px' });
  expect(rfb.requested).toEqual(['874x500']);
});

it('passes the fractions of CSS pixels on', async () => {
  await live();
  const seen: number[] = [];
  const event = (type: string, x: number, y: number) =>
    target.dispatchEvent(new MouseEvent(type, { clientX: x, clientY: y }));
  target.addEventListener('mousedown', ({ clientX, clientY }) => seen.push(clientX, clientY));
  const pointer = new MouseEvent('pointerdown');
  Object.defineProperties(pointer, { clientX: { value: 10.5 }, clientY: { value: 20.25 } });
  target.dispatchEvent(pointer);
  event('mousedown', 10, 20);
  event('mousedown', 40, 20);
  expect(seen).toEqual([10.5, 20.25, 40, 20]);
});

it('follows the page to another monitor', async () => {
  const rfb = await live();
  apply({ resolution: 'native' });
  window.devicePixelRatio = 2;
  monitor.dispatchEvent(new Event('change'));
  expect(rfb.requested).toEqual(['2540x1558']);
});

it('has CSS pixels by default if running programs cannot be scaled', async () => {
  window.devicePixelRatio = 2;
  const rfb = await live();
  monitor.dispatchEvent(new Event('change'));
  await pass(1000);
  expect(rfb.requested).toEqual([]);
  expect(target.style.width).toBe('');
  expect(api.scales).toEqual([]);
});

it.each([
  [2, '2540x1558', 200],
  [1.25, '1587x973', 125],
  [3, '3810x2337', 300]
])('has native pixels and a scale by default at a ratio of %d', async (ratio, size, percent) => {
  api.set({ clients: 1, scaling: true, scale: 100 });
  layOut(1270, ratio === 3 ? 700 : 779);
  window.devicePixelRatio = ratio;
  const rfb = await live();
  layOut(1270, 779);
  apply({});
  await pass(1000);
  const isTooLarge = ratio === 3;
  expect(rfb.requested).toEqual(isTooLarge ? [] : [size]);
  expect(api.scales.at(-1)).toBe(isTooLarge ? 100 : percent);
});

it('follows the page to another monitor with size and scale', async () => {
  api.set({ clients: 1, scaling: true, scale: 100 });
  const rfb = await live();
  await pass(1000);
  window.devicePixelRatio = 2;
  monitor.dispatchEvent(new Event('change'));
  rfb.resize(2540, 1558);
  await pass(1000);
  expect(rfb.requested).toEqual(['2540x1558']);
  expect(api.scales).toEqual([100, 200]);
});

it('resets the scale that another desktop of the user left', async () => {
  api.set({ clients: 1, scaling: true, scale: 100 });
  await live();
  await pass(1000);
  expect(api.scales).toEqual([100]);
});

it.each([
  ['auto', 2, 200],
  [150, 1, 150],
  [100, 2, 100],
  ['auto', 5, 300],
  ['auto', 0.5, 100]
] as const)('has the scale "%s" at a ratio of %d', async (scale, ratio, percent) => {
  window.devicePixelRatio = ratio;
  api.set({ clients: 1, scaling: true, scale: 100 });
  await live();
  apply({ scale, resolution: 'native' });
  await pass(1000);
  expect(api.scales.at(-1)).toBe(percent);
});

it('takes the scale back from another viewer, once', async () => {
  api.set({ clients: 2, scaling: true, scale: 100 });
  await live();
  await pass(1000);
  api.set({ clients: 2, scaling: true, scale: 200 });
  await connection.refresh();
  await pass(1000);
  expect(api.scales).toEqual([100]);
  for (let times = 0; times < 3; times++) {
    target.dispatchEvent(new Event('keydown'));
    await pass(1000);
  }
  expect(api.scales).toEqual([100, 100]);
});

it.each(['fit', 'actual'] as const)('keeps the scale with "%s"', async scaling => {
  window.devicePixelRatio = 2;
  api.set({ clients: 1, scaling: true, scale: 100 });
  viewer.applySettings({ screen: { ...DEFAULT_SCREEN, scaling, scale: 200 } });
  await live();
  await pass(1000);
  expect(api.scales).toEqual([]);
});

it('does not scale without the right to', async () => {
  window.devicePixelRatio = 2;
  api.nextTicket = { ticket: 'x', rights: ['see', 'keys', 'pointer'] };
  api.set({ clients: 2, scaling: true, scale: 100 });
  await live();
  await pass(1000);
  expect(api.scales).toEqual([]);
  expect(target.style.width).toBe('');
});

it('shows the cursor in the pixels of the screen', async () => {
  window.devicePixelRatio = 2;
  const rfb = await live();
  rfb._cursor.change();
  const { style } = rfb.canvas;
  expect(style.cursor).toContain('7 4, default');
  expect(sharpened(style.cursor, 2)).toBe('image-set(url(data:image/png;base64,AAAA) 2x) 3 2, default');
  expect(sharpened(style.cursor, 1)).toBeNull();
  expect(sharpened('none', 2)).toBeNull();
});

describe('while the size changes', () => {
  const held = () => target.querySelector<HTMLCanvasElement>('.jp-Desktop-heldFrame');

  it('shows the last picture until programs have drawn themselves', async () => {
    const rfb = await live();
    await pass(1000);
    rfb.resize(1400, 800);
    const first = held()!;
    expect([first.width, first.height, first.getAttribute('aria-hidden')]).toEqual([1270, 779, 'true']);
    await pass(500);
    rfb.resize(1500, 800);
    await pass(500);
    expect(held()).toBe(first);
    await pass(200);
    expect(held()).toBeNull();
  });

  it('holds no picture if the size stays or nothing was painted', async () => {
    connection.start();
    await pass();
    FakeRFB.last.connect();
    FakeRFB.last.resize(800, 600);
    expect(held()).toBeNull();
    FakeRFB.last.paint();
    FakeRFB.last.resize(800, 600);
    expect(held()).toBeNull();
  });

  it('fills a panel that grows, before the desktop follows', async () => {
    await live();
    await pass(1000);
    layOut(1400, 900);
    apply({});
    expect(held()).not.toBeNull();
  });

  it('shows the desktop itself as soon as somebody uses it', async () => {
    const rfb = await live();
    rfb.resize(800, 500);
    expect(held()).not.toBeNull();
    target.dispatchEvent(new Event('keydown'));
    expect(held()).toBeNull();
  });

  it('ends with its connection', async () => {
    const rfb = await live();
    rfb.resize(800, 500);
    viewer.dispose();
    await pass(1000);
    expect(held()).toBeNull();
  });
});

it('requests no more than a desktop can have', async () => {
  const rfb = await live();
  window.devicePixelRatio = 2;
  layOut(5120, 1440);
  apply({ resolution: 'native' });
  expect(rfb.requested).toEqual(['8192x2880']);
});

it.each(['fit', 'actual'] as const)('keeps the size of the desktop with "%s"', async scaling => {
  const rfb = await live();
  apply({ scaling });
  rfb.resize(800, 500);
  target.dispatchEvent(new Event('pointerdown'));
  expect(rfb.requested).toEqual([]);
  expect(rfb.scaleViewport).toBe(scaling === 'fit');
});

it('shows native pixels in their actual size', async () => {
  window.devicePixelRatio = 2;
  const rfb = await live();
  apply({ scaling: 'actual', resolution: 'native' });
  expect(rfb._display.scale).toBe(0.5);
  apply({ scaling: 'actual' });
  expect(rfb._display.scale).toBe(1);
});
