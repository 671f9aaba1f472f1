import FakeRFB from './rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from './translation';
import { AUTOMATIC_QUALITY } from '../../../src/viewer/quality';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DEFAULT_SCREEN } from '../../../src/viewer/screensettings';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from './api';
import { FakeSocket } from './socket';

import type { IScreenSettings } from '../../../src/viewer/screensettings';

// The panel of each test: a viewer of the desktop "default", and what is around it.
export let api: FakeAPI;
export let connection: DesktopConnection;
export let viewer: DesktopViewer;
export let node: HTMLElement;
export let target: HTMLElement;
export let monitor: EventTarget;

export async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

/** Open the desktop, whose size is the panel's. */
export async function live(): Promise<FakeRFB> {
  connection.start();
  await pass();
  const { last } = FakeRFB;
  last.connect();
  last.paint();
  last.resize(1270, 779);
  last.requested.length = 0;
  return last;
}

/** jsdom has no DOMRect. */
export function rect(left: number, top: number, width: number, height: number): DOMRect {
  return { left, top, width, height, right: left + width, bottom: top + height } as DOMRect;
}

/** Give the panel another size, in CSS pixels. */
export function layOut(width: number, height: number): void {
  Object.defineProperty(target, 'clientWidth', { value: width, configurable: true });
  Object.defineProperty(target, 'clientHeight', { value: height, configurable: true });
  node.getBoundingClientRect = () => rect(0, 0, width, height);
}

export function apply(screen: Partial<IScreenSettings>): void {
  viewer.applySettings({ quality: AUTOMATIC_QUALITY, screen: { ...DEFAULT_SCREEN, ...screen } });
}

export async function haveClients(clients: number): Promise<void> {
  api.set({ clients });
  await connection.refresh();
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  monitor = new EventTarget();
  window.matchMedia = () => monitor as MediaQueryList;
  window.devicePixelRatio = 1;
  FakeSocket.instances = [];
  FakeRFB.instances = [];
  api = new FakeAPI();
  api.set({ clients: 1 });
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  node = document.createElement('div');
  node.tabIndex = -1;
  document.body.append(node);
  viewer = new DesktopViewer({ connection, node, trans: english });
  target = node.querySelector<HTMLElement>('.jp-Desktop-screen')!;
  layOut(1270, 779);
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
});
