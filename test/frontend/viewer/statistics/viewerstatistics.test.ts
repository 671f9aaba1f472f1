import { Signal } from '@lumino/signaling';

import { english } from '../../fakes/translation';
import { ViewerStatistics } from '../../../../src/viewer/statistics/viewerstatistics';

import type { DesktopViewer } from '../../../../src/viewer/desktopviewer';

const COUNTS = { bytes: 0, frames: 0, handledMs: 0, waitedMs: 0, areas: new Map() };

it('measures a connection only while there is one', () => {
  jest.useFakeTimers();
  const pings = { latencyMs: 4000, report: null, send: jest.fn(), forget: jest.fn() };
  const connection = { status: { connected: true }, statusChanged: new Signal<object, void>({}) };
  const viewer = {
    node: document.createElement('div'),
    connection,
    screen: { resolution: { isNative: false, isLinkSlow: false, nativeChanged: new Signal<object, void>({}) } },
    client: { counters: { counts: COUNTS }, pings }
  };
  const statistics = new ViewerStatistics(viewer as unknown as DesktopViewer, english);
  statistics.measured.watch({}, true);
  jest.advanceTimersByTime(2000);
  expect(statistics.measured.samples).toHaveLength(2);
  connection.status.connected = false; // the client of the last connection stays, and its last ping is unanswered
  jest.advanceTimersByTime(5000);
  expect(statistics.measured.samples).toHaveLength(2);
  statistics.dispose();
  jest.useRealTimers();
});
