import FakeRFB from '../../fakes/rfb';
import { FakeFrame, FakePending, FakeSurface } from '../../fakes/videosurface';
import { FakeSocket } from '../../fakes/socket';
import { VideoFrames } from '../../../../src/viewer/video/videoframes';

import type RFB from '@novnc/novnc';

const H264 = 50;
const TIGHT = 7;
const CURSOR = -239;

/** Of a fence that requests an answer, after what precedes it or at once. */
const BLOCK_BEFORE = 1;

let rfb: FakeRFB;
let surface: FakeSurface;
let frames: VideoFrames;
let answers: string[];
let presented: number;
let isDecoding: boolean;

beforeEach(() => {
  rfb = new FakeRFB(document.createElement('div'), FakeSocket.open('/rfb'));
  rfb.resize(8, 8);
  rfb._display.flush = () => Promise.resolve();
  surface = new FakeSurface();
  answers = [];
  presented = 0;
  isDecoding = false;
  frames = new VideoFrames({
    rfb: rfb as unknown as RFB,
    canvas: rfb.canvas,
    answer: (_, payload) => answers.push(payload),
    presented: () => presented++,
    setDecoding: value => (isDecoding = value),
    makeSurface: () => surface
  });
});

afterEach(() => frames.dispose());

/** Receive a frame. */
function receive(width = 8, height = 8, decoded = new FakeFrame()): FakePending {
  const pending = new FakePending(decoded);
  rectangle(H264);
  rfb._display.videoFrame(0, 0, width, height, pending);
  return pending;
}

/** Receive another rectangle; return whether it was read. */
function rectangle(encoding: number): boolean {
  rfb._FBU.encoding = encoding;
  return rfb._handleRect();
}

function fence(payload: string, flags = BLOCK_BEFORE): void {
  rfb._sock.bytes = [0, 0, 0, 0x80, 0, 0, flags, payload.length, ...Buffer.from(payload)];
  rfb._handleServerFenceMsg();
}

/** Receive and show frames until the video is shown. */
async function show(): Promise<void> {
  await receive().decode();
  surface.presented.emit(surface.numbers[0]);
  expect(surface.isShown).toBe(true);
}

/** The frames that the canvas got. */
function drawn(): unknown[] {
  return rfb._display.frames.map(({ frame }) => frame);
}

it('draws frames on the canvas until the video has presented one of them', async () => {
  const first = receive();
  await first.decode();
  const second = receive();
  await second.decode();
  expect(drawn()).toEqual([first.decoded, second.decoded]);
  expect(rfb._display.flips).toBe(2);
  expect(surface.isShown).toBe(false);
  surface.presented.emit(1);
  expect(surface.isShown).toBe(true);
  await receive().decode();
  expect(drawn()).toHaveLength(2);
  expect(surface.numbers).toEqual([1, 2, 3]);
});

it('counts what the video presents', async () => {
  await show();
  await receive().decode();
  surface.presented.emit(2);
  expect(presented).toBe(1);
});

it('closes each frame that a newer one replaces', async () => {
  await show();
  const old = receive();
  await old.decode();
  expect(old.decoded.isClosed).toBe(false);
  const late = receive();
  await receive().decode();
  expect(old.decoded.isClosed).toBe(true);
  await late.decode();
  expect(late.decoded.isClosed).toBe(true);
  expect(surface.numbers).toEqual([1, 2, 4]);
});

it('gives the canvas the last frame before a tile is drawn, and then hides the video', async () => {
  await show();
  const last = receive();
  await last.decode();
  let isFlushed: () => void = () => undefined;
  rfb._display.flush = () => new Promise<void>(resolve => (isFlushed = resolve));
  expect(rectangle(TIGHT)).toBe(true);
  expect(drawn()[1]).toBe(last.decoded);
  expect(rfb._display.flips).toBe(2);
  expect(surface.isShown).toBe(true);
  isFlushed();
  await new Promise(process.nextTick);
  expect(surface.isShown).toBe(false);
  rectangle(TIGHT);
  expect(drawn()).toHaveLength(2);
});

it('lets a tile wait for the newest frame, and drops those before it', async () => {
  await show();
  const [old, newest] = [receive(), receive()];
  rectangle(TIGHT);
  rectangle(TIGHT);
  expect(rfb._display.frames.slice(1)).toEqual([newest]);
  await old.decode();
  await newest.decode();
  expect(old.decoded.isClosed).toBe(true);
  // noVNC closes it once it has drawn it.
  expect(newest.decoded.isClosed).toBe(false);
  expect(surface.numbers).toEqual([1]);
});

it.each([
  ['a cursor', CURSOR],
  ['another frame', H264]
])('keeps the video when %s is received', async (_, encoding) => {
  await show();
  await receive().decode();
  rectangle(encoding);
  await new Promise(process.nextTick);
  expect(surface.isShown).toBe(true);
  expect(drawn()).toHaveLength(1);
});

it('shows the video again after it has presented a frame of the new film', async () => {
  await show();
  await receive().decode();
  frames.settle();
  await new Promise(process.nextTick);
  // A late callback for what the canvas showed before.
  surface.presented.emit(2);
  expect(surface.isShown).toBe(false);
  await receive().decode();
  surface.presented.emit(2);
  expect(surface.isShown).toBe(false);
  surface.presented.emit(3);
  expect(surface.isShown).toBe(true);
});

it('gives the canvas the last frame before the desktop is resized', async () => {
  await show();
  const last = receive();
  await last.decode();
  let atResize: unknown[] = [];
  const { canvas } = rfb;
  Object.defineProperty(canvas, 'width', { get: () => 8, set: () => (atResize = drawn()) });
  rfb.resize(16, 8);
  expect(atResize).toContain(last.decoded);
});

it('gives the canvas the last frame before it shows another part of the desktop', async () => {
  await show();
  const last = receive();
  await last.decode();
  rfb._display.viewportChangePos(4, 0);
  expect(drawn()).toContain(last.decoded);
});

it('answers a fence once the frames before it are painted, and others at once', async () => {
  await show();
  const second = receive();
  fence('arrived', 0);
  expect(rfb.calls.filter(call => call === 'fence')).toHaveLength(1);
  fence('second');
  const third = receive();
  fence('third');
  expect(answers).toEqual([]);
  await second.decode();
  expect(answers).toEqual(['second']);
  // At most one frame waits for the screen.
  await third.decode();
  expect(answers).toEqual(['second']);
  surface.presented.emit(2);
  expect(answers).toEqual(['second', 'third']);
  fence('later');
  expect(rfb.calls.filter(call => call === 'fence')).toHaveLength(2);
});

it('waits for all of a fence', () => {
  receive();
  rfb._sock.bytes = [0, 0, 0, 0x80, 0, 0, BLOCK_BEFORE, 5, 65];
  expect(rfb._handleServerFenceMsg()).toBe(false);
  expect(rfb._sock.wentBack).toBe(1);
});

it('answers fences when the canvas has what the video does not present', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick'] });
  await show();
  await receive().decode();
  const last = receive();
  fence('last');
  await last.decode();
  expect(answers).toEqual([]);
  await jest.advanceTimersByTimeAsync(1000);
  expect(answers).toEqual(['last']);
  expect(drawn()).toContain(last.decoded);
  expect(surface.isShown).toBe(false);
  jest.useRealTimers();
});

it('draws on the canvas while the page is hidden', async () => {
  await show();
  jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  const last = receive();
  fence('last');
  await last.decode();
  expect(drawn()).toContain(last.decoded);
  expect(answers).toEqual(['last']);
  expect(surface.isShown).toBe(false);
});

it('reads no more frames while many wait for the decoder', async () => {
  const waiting = Array.from({ length: 12 }, () => receive());
  expect(isDecoding).toBe(true);
  expect(rectangle(H264)).toBe(false);
  expect(rfb.calls).not.toContain('message');
  await waiting[0].decode();
  expect(rfb.calls).toContain('message');
  expect(rectangle(H264)).toBe(true);
  await waiting[11].decode();
  expect(isDecoding).toBe(false);
});

it('leaves to noVNC what covers a part of the desktop', async () => {
  await show();
  const part = receive(4, 4);
  expect(drawn()).toHaveLength(2);
  await part.decode();
  await new Promise(process.nextTick);
  expect(surface.numbers).toEqual([1]);
  expect(surface.isShown).toBe(false);
});

it('draws a frame on the canvas that must be cropped', async () => {
  const larger = receive(8, 8, new FakeFrame(16, 16));
  await larger.decode();
  expect(drawn()).toEqual([larger.decoded]);
  expect(surface.numbers).toEqual([]);
});

it('closes what is decoded after the end', async () => {
  await show();
  const [last, late] = [receive(), receive()];
  await last.decode();
  frames.dispose();
  await late.decode();
  expect(last.decoded.isClosed).toBe(true);
  expect(late.decoded.isClosed).toBe(true);
  expect(surface.isDisposed).toBe(true);
});
