import { Signal } from '@lumino/signaling';

import { english } from '../../fakes/translation';
import { StatisticsOverlay } from '../../../../src/viewer/statistics/overlay';

import type { IDesktopConnection } from '../../../../src/tokens';
import type { ISample, Statistics } from '../../../../src/viewer/statistics/statistics';

const SAMPLE: ISample = {
  latencyMs: 24,
  fps: 29.7,
  kbps: 3200,
  encoding: 'H.264',
  browserShare: 0.1,
  load: null
};

let node: HTMLElement;
let statistics: { changed: Signal<object, void>; samples: ISample[]; limit: object; measuresLatency: boolean | null };
let watched: [object, boolean][];
let overlay: StatisticsOverlay;
let canvas: HTMLCanvasElement | null;
let hasFewerPixels = false;
let connection: { statusChanged: Signal<object, void>; status: object };

/** What is drawn: `M` begins a line, `L` continues it. */
let drawn: string[];

const values = () => [...overlay.node.querySelectorAll('dd > span')].map(each => each.textContent);
const lines = () => [...overlay.node.querySelectorAll('canvas')].map(each => each.getAttribute('aria-label'));

beforeEach(() => {
  drawn = [];
  const context = {
    scale: jest.fn(),
    beginPath: () => drawn.push(''),
    moveTo: (x: number) => (drawn[drawn.length - 1] += `M${Math.round(x)} `),
    lineTo: (x: number) => (drawn[drawn.length - 1] += `L${Math.round(x)} `),
    stroke: jest.fn()
  };
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
  node = document.createElement('div');
  watched = [];
  canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1280, 800];
  statistics = Object.assign(
    {
      changed: new Signal<object, void>({}),
      samples: [] as ISample[],
      limit: { by: 'nothing' },
      measuresLatency: true
    },
    {
      watch: (watcher: object, pings: boolean) => watched.push([watcher, pings]),
      unwatch: () => (watched = [])
    }
  );
  connection = {
    statusChanged: new Signal<object, void>({}),
    status: { connected: true, model: { encoder: 'x264, 4:4:4' } }
  };
  overlay = new StatisticsOverlay({
    node,
    statistics: statistics as unknown as Statistics,
    connection: connection as unknown as IDesktopConnection,
    canvas: () => canvas,
    hasFewerPixels: () => hasFewerPixels,
    trans: english
  });
});

afterEach(() => overlay.dispose());

function show(...samples: ISample[]): void {
  statistics.samples = samples;
  overlay.isShown = true;
  statistics.changed.emit();
}

it('watches only while it is shown', () => {
  expect(node.childElementCount).toBe(0);
  expect(watched).toEqual([]);
  show();
  expect(watched).toEqual([[overlay, true]]);
  overlay.isShown = false;
  expect(watched).toEqual([]);
  show();
  overlay.dispose();
  expect(watched).toEqual([]);
  expect(node.childElementCount).toBe(0);
});

it('shows numbers and their history, in words too', () => {
  jest.spyOn(canvas!, 'getBoundingClientRect').mockReturnValue({ width: 640, height: 400 } as DOMRect);
  show({ ...SAMPLE, latencyMs: 18, fps: 60 }, { ...SAMPLE, encoding: null });
  expect(values()).toEqual([
    ...['24 ms', '30', '3.20 Mbit/s', 'H.264 (x264, 4:4:4)'],
    ...['1280 × 800, shown as 640 × 400', 'nothing']
  ]);
  expect(lines()).toEqual(['Round trip in the last 2 s: 18 to 24 ms', 'Frames a second in the last 2 s: 30 to 60']);
});

it('draws a line with gaps for seconds without a value', () => {
  const latencies = [20, 30, null, 25];
  show(...latencies.map(latencyMs => ({ ...SAMPLE, latencyMs })));
  expect(drawn.slice(-2)).toEqual(['M90 L90 L92 M95 L95 ', 'M90 L90 L92 L93 L95 ']);
});

it('says "unknown" if the server can measure no round trip, and nothing before there is a connection', () => {
  show({ ...SAMPLE, latencyMs: null });
  expect(values()[0]).toBe('–');
  statistics.measuresLatency = false;
  statistics.changed.emit();
  expect(values()[0]).toBe('unknown');
  canvas = null;
  show();
  expect(values().slice(1)).toEqual(['–', '–', '–', '–', 'nothing']);
});

it('says that the desktop has fewer pixels while the link is slow', () => {
  hasFewerPixels = true;
  show(SAMPLE);
  hasFewerPixels = false;
  expect(overlay.node.textContent).toContain('The link is slow, so the desktop has fewer pixels than your screen');
});

it('says what makes the desktop slow, and what helps', () => {
  statistics.limit = { by: 'delay', latencyMs: 300 };
  show(SAMPLE);
  expect(overlay.node.querySelector('p')!.textContent).toMatch(/^The link is slow: 300 ms\. Lower the quality/);
  statistics.limit = { by: 'nothing' };
  statistics.changed.emit();
  expect(overlay.node.querySelector('p')!.textContent).toBe('');
});

it('says that the connection is lost, instead of the last numbers', () => {
  statistics.limit = { by: 'delay', latencyMs: 4000 };
  show({ ...SAMPLE, latencyMs: 4000 });
  connection.status = { connected: false, phase: 'lost', problem: null };
  connection.statusChanged.emit();
  expect(values().slice(0, 3)).toEqual(['–', '–', '–']);
  expect(values().at(-1)).toBe('–');
  expect(overlay.node.querySelector('p')!.textContent).toBe('The connection to the desktop was lost.');
  connection.status = { connected: false, phase: 'stopped', problem: null };
  connection.statusChanged.emit();
  expect(overlay.node.querySelector('p')!.textContent).toBe('');
});

it('has a button that asks to hide it', () => {
  const closed = jest.fn();
  overlay.closed.connect(closed);
  show();
  const button = overlay.node.querySelector('button')!;
  expect(button.getAttribute('aria-label')).toBe('Hide the statistics');
  button.click();
  expect(closed).toHaveBeenCalledTimes(1);
});
