import FakeRFB from '../../fakes/rfb';
import { ClientCounters, mainEncoding } from '../../../../src/viewer/statistics/counters';
import { FakeSocket } from '../../fakes/socket';

import type RFB from '@novnc/novnc';

let time: number;
let socket: FakeSocket;
let rfb: FakeRFB;
let counters: ClientCounters;

beforeEach(() => {
  time = 1000;
  socket = FakeSocket.open('/rfb') as unknown as FakeSocket;
  rfb = new FakeRFB(document.createElement('div'), socket as unknown as WebSocket);
});

/** Count from now on; the fake's methods must have been replaced before. */
function count(): void {
  counters = new ClientCounters(rfb as unknown as RFB, socket as unknown as WebSocket, () => time);
}

it('counts the bytes of all messages', () => {
  count();
  for (const size of [3, 40]) {
    socket.dispatchEvent(new MessageEvent('message', { data: new ArrayBuffer(size) }));
  }
  expect(counters.counts.bytes).toBe(43);
});

it('counts the frames that change the picture, once each', () => {
  count();
  rfb._display.flip();
  expect(counters.counts.frames).toBe(1);
  rfb._display._damageBounds = { left: 65535, top: 65535, right: 0, bottom: 0 };
  rfb._display.flip();
  expect(counters.counts.frames).toBe(1);
  // Behind an image that is still decoded, the first call only joins the queue.
  rfb._display._damageBounds = { left: 0, top: 0, right: 5, bottom: 5 };
  rfb._display._renderQ = [{}];
  rfb._display.flip();
  expect(counters.counts.frames).toBe(1);
  rfb._display.flip(true);
  expect(counters.counts.frames).toBe(2);
  expect(rfb._display.flips).toBe(4);
});

it('measures how long messages take', () => {
  rfb._normalMsg = () => {
    time += 7;
    return false;
  };
  count();
  expect((rfb as unknown as RFB)._normalMsg()).toBe(false);
  expect(counters.counts.handledMs).toBe(7);
});

it('measures how long messages wait until the frame before is painted, also while they do', async () => {
  count();
  const painted = rfb._display.flush();
  time += 20;
  expect(counters.counts.waitedMs).toBe(20);
  time += 10;
  rfb._display.painted();
  await painted;
  time += 500;
  expect(counters.counts.waitedMs).toBe(30);
});

it('counts frames that a video presents, and how long the decoder takes', () => {
  count();
  counters.framePresented();
  expect(counters.counts.frames).toBe(1);
  counters.isDecoding = true;
  time += 5;
  counters.isDecoding = true;
  time += 5;
  counters.isDecoding = false;
  time += 500;
  counters.isDecoding = false;
  expect(counters.counts.waitedMs).toBe(10);
});

it('knows which encoding sent most of the picture', () => {
  let isComplete = true;
  rfb._handleRect = () => isComplete;
  count();
  const receive = (encoding: number, width: number) => {
    rfb._FBU = { encoding, x: 0, y: 0, width, height: 10 };
    (rfb as unknown as RFB)._handleRect();
  };
  const before = counters.counts;
  receive(1, 5000); // a copy
  expect(mainEncoding(before, counters.counts)).toBe('CopyRect');
  receive(7, 30);
  receive(-239, 1000); // the cursor
  receive(50, 20);
  receive(50, 20);
  isComplete = false;
  receive(16, 1000);
  expect(mainEncoding(before, counters.counts)).toBe('H.264');
  expect(mainEncoding(counters.counts, counters.counts)).toBeNull();
});
