import { Statistics } from '../../../../src/viewer/statistics/statistics';

import type { ICounts } from '../../../../src/viewer/statistics/counters';

let node: HTMLElement;
let counts: ICounts;
let pings: { sent: number; isSupported: boolean; latencyMs: number | null; report: null; send(): void; forget(): void };
let source: unknown;
let statistics: Statistics;
const watcher = {};

beforeEach(() => {
  jest.useFakeTimers();
  node = document.createElement('div');
  counts = { bytes: 0, frames: 0, handledMs: 0, waitedMs: 0, areas: new Map() };
  pings = {
    sent: 0,
    isSupported: true,
    latencyMs: null,
    report: null,
    send() {
      this.sent++;
      this.latencyMs = 20;
    },
    forget() {
      this.latencyMs = null;
    }
  };
  source = {
    counters: {
      get counts() {
        return counts;
      }
    },
    pings
  };
  statistics = new Statistics({ node, source: () => source as Statistics.ISource });
});

afterEach(() => {
  statistics.dispose();
  jest.useRealTimers();
});

/** Let a second pass in which frames arrive. */
function second(frames = 0, bytes = 0): void {
  counts = { ...counts, frames: counts.frames + frames, bytes: counts.bytes + bytes };
  jest.advanceTimersByTime(1000);
}

it('measures nothing while nobody watches', () => {
  second(30, 5000);
  expect(jest.getTimerCount()).toBe(0);
  statistics.watch(watcher, true);
  expect(jest.getTimerCount()).toBe(1);
  second(30);
  statistics.unwatch(watcher);
  expect(jest.getTimerCount()).toBe(0);
  expect(statistics.samples).toHaveLength(1);
});

it('measures frames, bytes and the round trip of each second', () => {
  statistics.watch(watcher, true);
  second(30, 125_000);
  second(20, 250_000);
  const [, { fps, kbps, latencyMs }] = statistics.samples;
  expect([fps, kbps, latencyMs]).toEqual([20, 2000, 20]);
});

it('keeps the last minute', () => {
  statistics.watch(watcher, false);
  for (let i = 0; i < 70; i++) {
    second(i);
  }
  expect(statistics.samples).toHaveLength(60);
  expect(statistics.samples[0].fps).toBe(10);
});

it('sends nothing while the desktop is at rest and nobody uses it', () => {
  statistics.watch(watcher, true);
  jest.advanceTimersByTime(10_000);
  const before = pings.sent;
  jest.advanceTimersByTime(60_000);
  expect(pings.sent).toBe(before);
  expect(statistics.samples.at(-1)!.latencyMs).toBeNull();
  node.dispatchEvent(new Event('pointermove'));
  jest.advanceTimersByTime(3000);
  expect(pings.sent).toBe(before + 3);
  jest.advanceTimersByTime(60_000);
  expect(pings.sent).toBeLessThan(before + 12);
});

it('sends nothing at all for the status bar while the desktop is at rest', () => {
  statistics.watch(watcher, false);
  node.dispatchEvent(new Event('pointermove'));
  jest.advanceTimersByTime(30_000);
  expect(pings.sent).toBe(0);
  second(1);
  expect(pings.sent).toBe(1);
});

it('measures nothing on a hidden page, and begins anew afterwards', () => {
  statistics.watch(watcher, true);
  const hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  second(30);
  second(30);
  expect(statistics.samples).toEqual([]);
  expect(pings.sent).toBe(0);
  hidden.mockReturnValue(false);
  second(3);
  expect(statistics.samples.map(each => each.fps)).toEqual([3]);
});

it('begins anew with each connection', () => {
  statistics.watch(watcher, false);
  second(30);
  source = { ...(source as object) };
  second(30);
  second(10);
  expect(statistics.samples.map(each => each.fps)).toEqual([30, 10]);
  source = null;
  second();
  expect(statistics.measuresLatency).toBeNull();
});

it('takes a page that is late, or that decodes all the time, for a busy browser', () => {
  statistics.watch(watcher, false);
  counts = { ...counts, handledMs: 500, waitedMs: 400 };
  second(5);
  expect(statistics.limit).toEqual({ by: 'browser', share: 0.9 });
});

it('is quiet once disposed', () => {
  statistics.watch(watcher, true);
  statistics.dispose();
  statistics.watch(watcher, true);
  expect(jest.getTimerCount()).toBe(0);
});
