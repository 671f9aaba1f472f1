import FakeRFB from '../../fakes/rfb';
import { Pings } from '../../../../src/viewer/statistics/pings';
import { loadBetween } from '../../../../src/viewer/statistics/serverload';
import { FakeSocket } from '../../fakes/socket';

import type RFB from '@novnc/novnc';

const REQUEST = 0x80000000;

let time: number;
let rfb: FakeRFB;
let pings: Pings;

beforeEach(() => {
  time = 1000;
  rfb = new FakeRFB(document.createElement('div'), FakeSocket.open('/rfb'));
  const send = (flags: number, payload: string) => rfb._sock.sent.push([flags, payload]);
  pings = new Pings(rfb as unknown as RFB, send, () => time);
});

const handle = () => (rfb as unknown as RFB)._handleServerFenceMsg();

/** The bytes of the last ping. */
function question(): number[] {
  return [...rfb._sock.sent.at(-1)![1]].map(char => char.charCodeAt(0));
}

/** The bytes of a fence behind its type. */
function fence(payload: number[], flags = 0): number[] {
  const head = [0, 0, 0, flags >>> 24, 0, 0, 0, payload.length];
  return [...head, ...payload];
}

/** A report of our server in the answer to a ping. */
function report(values: Record<number, number>): number[] {
  const payload = Uint8Array.from(question());
  const view = new DataView(payload.buffer);
  view.setUint8(8, 1);
  view.setUint8(9, 1);
  view.setUint16(10, 4);
  for (const [at, value] of Object.entries(values)) {
    view.setUint32(Number(at), value);
  }
  return [...payload];
}

it('sends nothing to a server that has not shown that it knows fences', () => {
  pings.send();
  expect(rfb._sock.sent).toEqual([]);
  expect(pings.isSupported).toBe(false);
  expect(pings.latencyMs).toBeNull();
});

it("lets noVNC answer the server's own fences", () => {
  rfb._sock.bytes = fence([1, 2, 3], REQUEST);
  expect(handle()).toBe(true);
  expect(rfb.calls).toEqual(['fence']);
  expect(rfb._sock.bytes).toHaveLength(11);
  expect(pings.isSupported).toBe(true);
});

it('measures a round trip, one at a time', () => {
  rfb._supportsFence = true;
  pings.send();
  pings.send();
  expect(rfb._sock.sent).toHaveLength(1);
  expect(rfb._sock.sent[0][0] >>> 0).toBe(REQUEST);
  time += 25;
  rfb._sock.bytes = fence(question());
  expect(handle()).toBe(true);
  expect(rfb._sock.bytes).toEqual([]);
  expect(rfb.calls).toEqual([]);
  expect(pings.latencyMs).toBe(25);
  expect(pings.report).toBeNull();
  pings.send();
  expect(rfb._sock.sent).toHaveLength(2);
  pings.forget();
  expect(pings.latencyMs).toBeNull();
});

it('waits for an answer that has not come as a whole', () => {
  rfb._supportsFence = true;
  pings.send();
  const answer = fence(question());
  rfb._sock.bytes = answer.slice(0, 20);
  expect(handle()).toBe(false);
  expect(rfb._sock.wentBack).toBe(1);
  rfb._sock.bytes = answer;
  expect(handle()).toBe(true);
  expect(pings.latencyMs).toBe(0);
});

it('reports a late answer as late, and takes a lost one for lost', () => {
  rfb._supportsFence = true;
  pings.send();
  time += 3000;
  expect(pings.latencyMs).toBe(3000);
  pings.send();
  expect(rfb._sock.sent).toHaveLength(1);
  time += 7000;
  pings.send();
  expect(rfb._sock.sent).toHaveLength(2);
});

it('ignores answers to what was not asked', () => {
  rfb._supportsFence = true;
  pings.send();
  const other = question();
  other[7]++;
  for (const payload of [other, [], [9]]) {
    rfb._sock.bytes = fence(payload);
    expect(handle()).toBe(true);
  }
  expect(pings.latencyMs).toBeNull();
});

it('reads what our server reports, and computes its load, also if a counter wraps around', () => {
  rfb._supportsFence = true;
  const answer = (values: Record<number, number>) => {
    pings.send();
    rfb._sock.bytes = fence(report(values));
    handle();
    return pings.report!;
  };
  const first = answer({ 12: 0xffffff00, 16: 100, 20: 500, 24: 0, 28: 8000, 32: 7 });
  expect(first).toMatchObject({ processors: 4, capacityKbps: 8000, unsentBytes: 7 });
  const second = answer({ 12: 1000 - 256, 16: 600, 20: 2500, 24: 300, 28: 0 });
  expect(second.capacityKbps).toBeNull();
  expect(loadBetween(first, second)).toEqual({ processors: 4, mainShare: 0.5, ranShare: 2, waitedShare: 0.3 });
  expect(loadBetween(null, second)).toBeNull();
  expect(loadBetween(second, second)).toBeNull();
});
