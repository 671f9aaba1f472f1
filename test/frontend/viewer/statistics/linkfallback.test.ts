import { Signal } from '@lumino/signaling';

import { LinkFallback } from '../../../../src/viewer/statistics/linkfallback';

import type { Limit } from '../../../../src/viewer/statistics/limit';

class FakeStatistics {
  readonly changed = new Signal<this, void>(this);
  readonly samples: object[] = [];
  readonly watchers = new Set<object>();
  limit: Limit = { by: 'nothing' };

  watch(watcher: object, pings: boolean): void {
    expect(pings).toBe(false);
    this.watchers.add(watcher);
  }

  unwatch(watcher: object): void {
    this.watchers.delete(watcher);
  }

  /** Measure for some seconds. */
  pass(seconds: number, by: 'nothing' | 'capacity' | 'browser'): void {
    this.limit = by === 'nothing' ? { by } : by === 'browser' ? { by, share: 1 } : { by, kbps: 2000 };
    for (let i = 0; i < seconds; i++) {
      this.samples.push({});
      this.changed.emit();
    }
  }
}

class FakeScreen {
  readonly nativeChanged = new Signal<this, void>(this);
  isNative = true;
  private _isLinkSlow = false;

  get isLinkSlow(): boolean {
    return this._isLinkSlow;
  }
  set isLinkSlow(value: boolean) {
    this._isLinkSlow = value;
    this.isNative = !value;
    this.nativeChanged.emit();
  }
}

let statistics: FakeStatistics;
let screen: FakeScreen;
let fallback: LinkFallback;
const slowed = jest.fn();

beforeEach(() => {
  jest.clearAllMocks();
  statistics = new FakeStatistics();
  screen = new FakeScreen();
  fallback = new LinkFallback({ statistics, screen, slowed });
});

afterEach(() => fallback.dispose());

it('gives up each pixel of the screen once the link has been full for a while', () => {
  statistics.pass(8, 'capacity');
  expect(screen.isLinkSlow).toBe(false);
  statistics.pass(3, 'capacity');
  expect(screen.isLinkSlow).toBe(true);
  expect(slowed).toHaveBeenCalledTimes(1);
});

it.each(['nothing', 'browser'] as const)('keeps them while the limit is: %s', by => {
  statistics.pass(300, by);
  expect(screen.isLinkSlow).toBe(false);
});

it('keeps them though the link is full now and then', () => {
  for (let i = 0; i < 20; i++) {
    statistics.pass(5, 'capacity');
    statistics.pass(6, 'nothing');
  }
  expect(screen.isLinkSlow).toBe(false);
});

it('counts no second in which nothing was measured', () => {
  statistics.pass(5, 'capacity');
  for (let i = 0; i < 20; i++) {
    statistics.changed.emit();
  }
  expect(screen.isLinkSlow).toBe(false);
});

it('tries again after a while, later each time that it was in vain', () => {
  const waited = [];
  for (let i = 0; i < 6; i++) {
    statistics.pass(10, 'capacity');
    expect(screen.isLinkSlow).toBe(true);
    let seconds = 0;
    for (; screen.isLinkSlow; seconds++) {
      statistics.pass(1, 'nothing');
    }
    waited.push(seconds);
  }
  expect(waited).toEqual([60, 120, 240, 480, 960, 960]);
  statistics.pass(1000, 'nothing');
  statistics.pass(10, 'capacity');
  statistics.pass(60, 'nothing');
  expect(screen.isLinkSlow).toBe(false);
});

it('waits until the link is no limit without them, either', () => {
  statistics.pass(10, 'capacity');
  for (let i = 0; i < 10; i++) {
    statistics.pass(50, 'nothing');
    statistics.pass(1, 'capacity');
  }
  expect(screen.isLinkSlow).toBe(true);
});

it('measures only while there is something to decide', () => {
  expect(statistics.watchers.size).toBe(1);
  screen.isNative = false;
  screen.nativeChanged.emit();
  expect(statistics.watchers.size).toBe(0);
  screen.isLinkSlow = true;
  expect(statistics.watchers.size).toBe(1);
  fallback.dispose();
  expect(statistics.watchers.size).toBe(0);
});
