import FakeRFB from '../../fakes/rfb';
import { loadNoVNC } from '../../../../src/viewer/rfb';
import { english } from '../../fakes/translation';
import { DesktopViewer } from '../../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../../src/services/connection';
import { FakeAPI } from '../../fakes/api';
import { FakeSocket } from '../../fakes/socket';

import type { Desktop } from '../../../../src/model';

const RELATIVE = 0x4a565052;
const ORIGIN = 0x7fff;

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;
let locked: Element | null;
let refuses: boolean;

const notice = () => viewer.node.querySelector('.jp-Desktop-notice')!.textContent;
const pointer = () => FakeRFB.last.calls.filter(call => Array.isArray(call) && call[0] !== 'key');

function lockChanged(element: Element | null): void {
  locked = element;
  document.dispatchEvent(new Event('pointerlockchange'));
}

function confirm(x = 5, y = 6): void {
  FakeRFB.last._FBU = { encoding: RELATIVE, x, y, width: 0, height: 0 };
  expect(FakeRFB.last._handleRect()).toBe(true);
}

function move(movementX: number, movementY: number): void {
  const event = new MouseEvent('mousemove', { bubbles: true });
  Object.defineProperties(event, { movementX: { value: movementX }, movementY: { value: movementY } });
  FakeRFB.last.canvas.dispatchEvent(event);
  // noVNC does this with the event.
  FakeRFB.last._handleMouseMove(0, 0);
}

async function live(rights: Desktop.Right[] = ['see', 'keys', 'pointer']): Promise<void> {
  api.nextTicket = { ticket: 't', rights, connection: 'c1' };
  connection.start();
  await jest.advanceTimersByTimeAsync(0);
  FakeRFB.last.connect();
  FakeRFB.last.paint();
}

async function lock(): Promise<void> {
  viewer.input.pointer.lock.toggle();
  await jest.advanceTimersByTimeAsync(0);
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  [locked, refuses] = [null, false];
  Object.defineProperty(document, 'pointerLockElement', { get: () => locked, configurable: true });
  document.exitPointerLock = () => lockChanged(null);
  Element.prototype.requestPointerLock = function (this: Element) {
    if (refuses) {
      document.dispatchEvent(new Event('pointerlockerror'));
      return Promise.reject(new Error('refused'));
    }
    lockChanged(this);
    return Promise.resolve();
  };
  [FakeSocket.instances, FakeRFB.instances] = [[], []];
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  const node = document.createElement('div');
  document.body.append(node);
  viewer = new DesktopViewer({ connection, node, trans: english });
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
});

it('sends motions once the server has confirmed them, and no position before', async () => {
  await live();
  await lock();
  expect(viewer.input.pointer.lock.isOn).toBe(true);
  FakeRFB.last._display.scale = 1;
  move(3, 0);
  expect(pointer()).toEqual([['encodings', 0, RELATIVE]]);
  confirm();
  move(-1, 2);
  move(0.5, 0);
  move(0.5, 0);
  FakeRFB.last._handleMouseButton(0, 0, 1);
  expect(pointer().slice(1)).toEqual([
    ['pointer', ORIGIN + 3, ORIGIN, 0],
    ['pointer', ORIGIN - 1, ORIGIN + 2, 0],
    ['pointer', ORIGIN, ORIGIN, 0],
    ['pointer', ORIGIN + 1, ORIGIN, 0],
    ['pointer', ORIGIN, ORIGIN, 1]
  ]);
  await jest.advanceTimersByTimeAsync(0);
  expect(notice()).toContain('Ctrl+Alt+Shift+M releases it');
});

it('sends what the desktop’s pixels make of a motion, also a long one, and more than eight buttons', async () => {
  await live();
  await lock();
  confirm();
  FakeRFB.last.calls.length = 0;
  FakeRFB.last._display.scale = 0.5;
  move(10, 0);
  move(30000, 0);
  FakeRFB.last._handleMouseButton(0, 0, 0x80);
  expect(pointer()).toEqual([
    ['pointer', ORIGIN + 20, ORIGIN, 0],
    ['pointer', ORIGIN + 0x7fff, ORIGIN, 0],
    ['extended', ORIGIN + 60000 - 0x7fff, ORIGIN, 0x80]
  ]);
});

it.each<[string, () => void]>([
  ['the browser releases it', () => lockChanged(null)],
  ['the command is used again', () => viewer.input.pointer.lock.toggle()],
  ['the rights are gone', () => viewer.input.pointer.update()],
  [
    'the keyboard’s focus leaves',
    () => document.body.append(Object.assign(document.createElement('input'), { id: 'other' }))
  ]
])('presses nothing and sends positions again when %s', async (what, act) => {
  await live();
  await lock();
  confirm();
  FakeRFB.last._handleMouseButton(0, 0, 1);
  FakeRFB.last.calls.length = 0;
  if (what === 'the rights are gone') {
    jest.spyOn(connection, 'status', 'get').mockReturnValue({ ...connection.status, rights: ['see'] });
  }
  act();
  document.querySelector<HTMLElement>('#other')?.focus();
  document.querySelector('#other')?.remove();
  expect(locked).toBeNull();
  expect(viewer.input.pointer.lock.isOn).toBe(false);
  expect(pointer()).toEqual([
    ['pointer', ORIGIN, ORIGIN, 0],
    ['encodings', 0]
  ]);
  FakeRFB.last._handleMouseMove(7, 8);
  expect(pointer().at(-1)).toEqual(['pointer', 7, 8, 0]);
});

it('says so if the backend does not confirm', async () => {
  await live();
  await lock();
  await jest.advanceTimersByTimeAsync(3000);
  expect(notice()).toContain('can’t lock the pointer');
  expect(locked).toBeNull();
  // A late answer changes nothing.
  confirm();
  FakeRFB.last._handleMouseMove(7, 8);
  expect(pointer().slice(1)).toEqual([
    ['encodings', 0],
    ['pointer', 7, 8, 0]
  ]);
});

it('says so if the browser refuses', async () => {
  await live();
  refuses = true;
  await lock();
  expect(notice()).toContain('didn’t lock the pointer');
  expect(pointer()).toEqual([]);
});

it('is not for viewers that may only look', async () => {
  await live(['see']);
  await lock();
  expect(locked).toBeNull();
  expect(pointer()).toEqual([]);
});

it('ends with the connection', async () => {
  await live();
  await lock();
  confirm();
  FakeSocket.last.drop(1006);
  expect(locked).toBeNull();
  expect(viewer.input.pointer.lock.isOn).toBe(false);
});

it('is toggled by a chord', async () => {
  await live();
  viewer.focus();
  const init = { ctrlKey: true, altKey: true, shiftKey: true, bubbles: true, cancelable: true, code: 'KeyM' };
  viewer.node.querySelector('textarea')!.dispatchEvent(new KeyboardEvent('keydown', init));
  expect(locked).toBe(FakeRFB.last.canvas);
});

it('leaves other rectangles to noVNC', async () => {
  await live();
  FakeRFB.last._FBU = { encoding: 7, x: 0, y: 0, width: 8, height: 8 };
  FakeRFB.last._handleRect();
  expect(FakeRFB.last.calls).toContain('rectangle');
});
