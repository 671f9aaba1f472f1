import FakeRFB from '../../fakes/rfb';
import { RemoteCursor } from '../../../../src/viewer/pointer/remotecursor';

import type RFB from '@novnc/novnc';

const URL = 'data:image/png;base64,AA==';

let canvas: HTMLCanvasElement;
let cursor: RemoteCursor;
let ratio: number;
let change: (pixels: number[], x: number, y: number, width: number, height: number) => void;
let touch: (x: number, y: number) => void;

/** The browser's cursor; jsdom does not know image sets. */
let css: string;

const place = () => {
  const { left, top, width, height } = cursor.node.style;
  return cursor.node.hidden ? null : [left, top, width, height].map(parseFloat);
};

function hover(clientX: number, clientY: number): void {
  canvas.dispatchEvent(new MouseEvent('mousemove', { clientX, clientY }));
}

beforeEach(() => {
  jest.spyOn(HTMLCanvasElement.prototype, 'toDataURL').mockReturnValue(URL);
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({ putImageData: jest.fn() } as never);
  globalThis.ImageData = class {} as unknown as typeof ImageData;
  canvas = document.createElement('canvas');
  css = '';
  Object.defineProperty(canvas.style, 'cursor', { get: () => css, set: (value: string) => (css = value) });
  const socket = { readyState: WebSocket.OPEN } as unknown as WebSocket;
  const rfb = new FakeRFB(document.createElement('div'), socket) as unknown as RFB;
  ratio = 1;
  cursor = new RemoteCursor(rfb, canvas, () => ratio);
  ({ change, move: touch } = rfb._cursor);
});

afterEach(() => jest.restoreAllMocks());

it('is the browser’s cursor if it is small', () => {
  hover(50, 60);
  change([], 3, 5, 32, 16);
  expect(css).toBe(`url("${URL}") 3 5, default`);
  expect(place()).toBeNull();
});

it('has the size of the screen’s pixels', () => {
  hover(50, 60);
  ratio = 2;
  change([], 10, 6, 48, 48);
  expect(css).toBe(`image-set(url("${URL}") 2x) 5 3, default`);
  change([], 10, 6, 96, 96);
  expect(css).toBe('none');
  expect(place()).toEqual([45, 57, 48, 48]);
  ratio = 4;
  cursor.update();
  expect(css).toContain('4x');
});

it('is an image if it is large, on the desktop alone', () => {
  change([], 0, 0, 64, 200);
  expect(place()).toBeNull();
  hover(50, 60);
  expect(place()).toEqual([50, 60, 64, 200]);
  canvas.dispatchEvent(new MouseEvent('mouseleave'));
  expect(place()).toBeNull();
});

it('is where a finger has moved it, and where the server says while the pointer is locked', () => {
  change([], 1, 1, 16, 16);
  touch(30, 40);
  expect(place()).toEqual([29, 39, 16, 16]);
  hover(50, 60);
  expect(place()).toBeNull();
  cursor.isLocked = true;
  cursor.moveTo({ x: 200, y: 100 });
  hover(50, 60);
  expect(place()).toEqual([199, 99, 16, 16]);
  cursor.isLocked = false;
  expect(place()).toBeNull();
  expect(css).toContain('url');
});

it('is nothing if the program hides it', () => {
  hover(50, 60);
  change([], 0, 0, 64, 64);
  change([], 0, 0, 0, 0);
  expect([css, place()]).toEqual(['none', null]);
});
