import { readFileSync } from 'node:fs';

import { DesktopError } from '../../../src/services/restapi';
import { Desktop } from '../../../src/model';
import { Monitor } from '../../../src/viewer/monitor';
import FakeRFB from '../fakes/rfb';
import { FakeSocket } from '../fakes/socket';
import { api, apply, connection, layOut, live, node, pass, rect, target, viewer } from '../fakes/screenpanel';

const OWN = { connection: 'own', number: 2, x: 900, y: 0, width: 1270, height: 779 };
const OTHER = { connection: 'other', number: 1, x: 0, y: 0, width: 900, height: 1000 };
const TOTAL = { width: 2170, height: 1000 };

beforeEach(() => {
  api.set({ clients: 2, several_monitors: true });
  api.nextTicket = { ticket: 't', rights: [...Desktop.ALL_RIGHTS], connection: 'own' };
});

/** Let the server divide the desktop. */
async function divide(...monitors: Desktop.IMonitor[]): Promise<void> {
  api.set({ clients: 2, several_monitors: true, monitors });
  await connection.refresh();
}

it('replaces members that noVNC has', () => {
  const rfb = readFileSync('node_modules/@novnc/novnc/core/rfb.js', 'utf8');
  const display = readFileSync('node_modules/@novnc/novnc/core/display.js', 'utf8');
  expect(rfb).toContain('_updateClip() {');
  expect(rfb).toContain('if (this._pendingRemoteResize) {');
  for (const member of ['viewportChangePos(', 'viewportChangeSize(', 'absX(', 'set clipViewport(', 'get width()']) {
    expect(display).toContain(member);
  }
});

it('claims its monitor with its size, and again with another one', async () => {
  viewer.monitor.number = 2;
  await live();
  await pass(1000);
  expect(api.claims).toEqual([['own', { number: 2, width: 1270, height: 779 }]]);
  layOut(1000, 700);
  apply({});
  await pass(1000);
  expect(api.claims.slice(1)).toEqual([['own', { number: 2, width: 1000, height: 700 }]]);
});

it('leaves the size of a desktop to others by its setting, as long as it is the only monitor', async () => {
  viewer.monitor.number = 1;
  apply({ scaling: 'fit' });
  const rfb = await live();
  rfb.resize(800, 500);
  target.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  await pass(2000);
  expect(rfb.requested).toEqual([]);
  expect(api.claims).toHaveLength(1);
});

it('claims it after a reload, though the desktop still has that of the connection before', async () => {
  api.set({ clients: 2, several_monitors: true, monitors: [OTHER, { ...OWN, connection: 'before' }] });
  viewer.monitor.number = 2;
  await live();
  await pass(1000);
  expect(api.claims).toEqual([['own', { number: 2, width: 1270, height: 779 }]]);
});

it('claims it for each new connection', async () => {
  viewer.monitor.number = 2;
  await live();
  await pass(1000);
  api.nextTicket = { ticket: 't', rights: [...Desktop.ALL_RIGHTS], connection: 'next' };
  connection.reconnect();
  await live();
  await pass(1000);
  expect(api.claims.map(([id]) => id)).toEqual(['own', 'next']);
  expect(FakeSocket.instances[0].closedWith).not.toBe(1000);
});

it.each([
  ['the right', { several_monitors: true }, ['see', 'keys', 'pointer'] as Desktop.Right[], 'own'],
  ['a server that can', {}, Desktop.ALL_RIGHTS, 'own'],
  ['a connection with an id', { several_monitors: true }, Desktop.ALL_RIGHTS, undefined]
])('claims nothing without %s', async (_, model, rights, id) => {
  api.set(model);
  api.nextTicket = { ticket: 't', rights: [...rights], connection: id };
  viewer.monitor.number = 2;
  await live();
  await pass(1000);
  expect(api.claims).toEqual([]);
});

it('shows its monitor alone, and sends the pointer there', async () => {
  viewer.monitor.number = 2;
  const rfb = await live();
  await divide(OTHER, OWN);
  rfb.resize(TOTAL.width, TOTAL.height);
  expect([rfb.canvas.width, rfb.canvas.height]).toEqual([1270, 779]);
  expect(rfb._display.place).toEqual({ x: 900, y: 0 });
  expect(rfb._display.clipViewport).toBe(true);
});

it('drags over the edge of its monitor to the others, and no further', async () => {
  viewer.monitor.number = 2;
  const rfb = await live();
  await divide(OTHER, OWN);
  rfb.resize(TOTAL.width, TOTAL.height);
  rfb._display.scale = 1;
  rfb.canvas.getBoundingClientRect = () => rect(500, 50, 1270, 779);
  const sent = () => rfb.calls.at(-1);
  const move = (clientX: number, clientY: number) => {
    document.dispatchEvent(new MouseEvent('mousemove', { clientX, clientY }));
    // noVNC keeps it on the canvas.
    const x = Math.max(0, Math.min(1269, clientX - 500));
    rfb._handleMouseMove(x, Math.max(0, Math.min(778, clientY - 50)));
  };
  move(400, 100);
  expect(sent()).toEqual(['pointer', 0, 50, 0]);
  rfb._handleMouseButton(0, 50, 1);
  move(600, 100);
  expect(sent()).toEqual(['pointer', 100, 50, 1]);
  move(400, 100);
  expect(sent()).toEqual(['pointer', -100, 50, 1]);
  move(-2000, 2000);
  expect(sent()).toEqual(['pointer', -900, 999, 1]);
  document.dispatchEvent(new MouseEvent('mouseup', { clientX: 400, clientY: 100 }));
  rfb._handleMouseButton(0, 50, 0);
  expect(sent()).toEqual(['pointer', -100, 50, 0]);
});

it('learns of its monitor when the desktop has another size', async () => {
  viewer.monitor.number = 2;
  const rfb = await live();
  api.set({ clients: 2, several_monitors: true, monitors: [OTHER, OWN] });
  rfb.resize(TOTAL.width, TOTAL.height);
  expect(rfb.canvas.width).toBe(TOTAL.width);
  await pass(100);
  expect(rfb._display.place).toEqual({ x: 900, y: 0 });
  api.set({ clients: 1, several_monitors: true, monitors: [] });
  rfb.resize(1270, 779);
  await pass(100);
  expect([rfb.canvas.width, rfb._display.clipViewport]).toEqual([1270, false]);
});

it('follows a change of another monitor that leaves its own as it was', async () => {
  viewer.monitor.number = 2;
  const rfb = await live();
  const left = { ...OWN, number: 1, x: 0 };
  const narrow = { ...OTHER, number: 2, x: 1270, width: 500 };
  await divide(left, { ...narrow, width: 900 });
  rfb.resize(2170, 1000);
  expect(rfb.canvas.width).toBe(1270);
  rfb.resize(1770, 1000);
  expect(rfb.canvas.width).toBe(1770);
  await divide(left, narrow);
  expect(rfb.canvas.width).toBe(1270);
});

it('requests no size of the whole desktop while there are several monitors', async () => {
  viewer.monitor.number = 2;
  const rfb = await live();
  await divide(OTHER, OWN);
  rfb.resize(TOTAL.width, TOTAL.height);
  target.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  layOut(1000, 700);
  apply({});
  await pass(5000);
  expect(rfb.requested).toEqual([]);
});

it('resizes the desktop again once it is alone, though a request was dropped', async () => {
  viewer.monitor.number = 2;
  const rfb = await live();
  layOut(1000, 700);
  apply({});
  expect(rfb.requested).toEqual(['1000x700']);
  await divide(OTHER, OWN);
  rfb._display.resize(TOTAL.width, TOTAL.height);
  api.set({ clients: 1, several_monitors: true });
  await connection.refresh();
  expect(rfb.requested).toEqual(['1000x700', '1000x700']);
});

it('shows the whole desktop, and leaves its size alone, if others are its monitors', async () => {
  const rfb = await live();
  await divide(OTHER, { ...OWN, connection: 'third' });
  rfb.resize(TOTAL.width, TOTAL.height);
  target.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  layOut(1000, 700);
  apply({});
  await pass(5000);
  expect([rfb.canvas.width, rfb.canvas.height]).toEqual([TOTAL.width, TOTAL.height]);
  expect([rfb.requested, api.claims, api.sizes]).toEqual([[], [], []]);
});

it('asks nothing more of the server if it has no number', async () => {
  const rfb = await live();
  const before = api.calls.length;
  rfb.resize(1000, 700);
  await pass(200);
  expect(api.calls.length).toBe(before);
});

it('says which monitor it is, from the second on', async () => {
  viewer.monitor.number = 2;
  expect(viewer.monitor.title).toBe('Desktop – Monitor 2');
  const rfb = await live();
  const label = () => rfb.canvas.getAttribute('aria-label');
  expect([viewer.monitor.title, label()]).toEqual(['Desktop', 'Screen of Desktop']);
  await divide(OTHER, OWN);
  expect([viewer.monitor.title, label()]).toEqual(['Desktop – Monitor 2', 'Screen of Desktop – Monitor 2']);
  await divide({ ...OWN, x: 0 }, { ...OTHER, number: 3, x: 1270 });
  expect([viewer.monitor.title, viewer.monitor.position]).toEqual(['Desktop', 1]);
  await divide();
  expect([viewer.monitor.title, viewer.monitor.position, label()]).toEqual(['Desktop', 0, 'Screen of Desktop']);
});

it('shows the title of the desktop if others are its monitors', async () => {
  await live();
  await divide(OTHER, { ...OWN, connection: 'third' });
  expect([viewer.monitor.title, viewer.monitor.position]).toEqual(['Desktop', 0]);
});

it('keeps the last picture of its monitor when the connection is lost', async () => {
  viewer.monitor.number = 2;
  const rfb = await live();
  await divide(OTHER, OWN);
  rfb.resize(TOTAL.width, TOTAL.height);
  FakeSocket.last.drop();
  layOut(1000, 700);
  viewer.visible = true;
  await pass(1000);
  expect([...target.querySelectorAll('canvas[data-kept="true"]')]).toEqual([rfb.canvas]);
  expect([rfb.canvas.width, rfb.canvas.height]).toEqual([1270, 779]);
  expect(rfb._display.place).toEqual({ x: 900, y: 0 });
});

it('shows its monitor at once after a reload, and says which connection was its own before', async () => {
  viewer.monitor.number = 2;
  await live();
  await divide(OTHER, OWN);
  await pass(1000);
  api.nextTicket = { ticket: 't', rights: [...Desktop.ALL_RIGHTS], connection: 'next' };
  connection.reconnect();
  await pass();
  const rfb = FakeRFB.last;
  rfb.connect();
  rfb.resize(TOTAL.width, TOTAL.height);
  expect(rfb._display.place).toEqual({ x: 900, y: 0 });
  await pass(1000);
  expect(api.claims.at(-1)).toEqual(['next', { number: 2, width: 1270, height: 779, replaces: 'own' }]);
});

it('tells the server when a window that it has opened is closed', async () => {
  const opened = { closed: false };
  window.open = () => opened as Window;
  viewer.monitor.number = 1;
  await live();
  viewer.monitor.openWindow('http://x/desktops/?desktop=default', 2, { width: 800, height: 600 });
  await pass(1000);
  expect(api.claims).toHaveLength(1);
  opened.closed = true;
  await pass(1000);
  expect(api.claims.slice(1)).toEqual([['own', { number: 1, width: 1270, height: 779, closed: [2] }]]);
});

it('says why it cannot have its monitor', async () => {
  viewer.monitor.number = 2;
  await live();
  const message = 'The monitors need 9000x700 pixels together, and this desktop can have at most 3840x2160.';
  api.error = new DesktopError({ message, status: 409, code: 'desktop-too-large' });
  await pass(1000);
  expect(node.querySelector('.jp-Desktop-notice')!.textContent).toContain(message);
});

it('numbers the next monitor after all others', () => {
  expect(Monitor.nextNumber(0, null)).toBe(1);
  expect(Monitor.nextNumber(1, null)).toBe(2);
  expect(Monitor.nextNumber(1, { ...api.models.get('default')!, monitors: [OTHER, { ...OWN, number: 5 }] })).toBe(6);
});

it.each([
  ['http://x/desktops/?desktop=a&monitor=2', 2],
  ['http://x/desktops/?desktop=a', 0],
  ['http://x/desktops/?monitor=-1', 0],
  ['http://x/desktops/?monitor=1.5', 0],
  ['http://x/desktops/?monitor=x', 0]
])('finds the number in %s', (address, number) => {
  expect(Monitor.numberIn(address)).toBe(number);
});

it('keeps the rest of an address', () => {
  expect(Monitor.addressWith('http://x/desktops/?desktop=a', 3)).toBe('http://x/desktops/?desktop=a&monitor=3');
});
