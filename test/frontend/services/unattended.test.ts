/** Requests while nobody uses the page: each would count as activity on a hub. */

import { DesktopManager } from '../../../src/services/manager';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { DesktopConnection } from '../../../src/services/connection';

const attention = {
  isAway: false,
  leave() {
    this.isAway = true;
  }
};
let api: FakeAPI;
let manager: DesktopManager;
let connection: DesktopConnection;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

/** Return the number of requests in an hour. */
async function requestsInAnHour(): Promise<number> {
  const before = api.calls.length;
  await pass(3600000);
  return api.calls.length - before;
}

beforeEach(async () => {
  jest.useFakeTimers();
  const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  const opening = jest.spyOn(globalThis, 'WebSocket').mockImplementation(url => FakeSocket.open(String(url)));
  Object.assign(opening, states);
  FakeSocket.instances = [];
  attention.isAway = false;
  api = new FakeAPI();
  api.set();
  manager = new DesktopManager({ api, prepare: () => Promise.resolve(), standby: 'never', attention });
  await pass(100);
  connection = manager.connectTo('default');
  connection.start();
  await pass();
  connection.handshakeDone();
});

afterEach(() => {
  manager.dispose();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

it('none is sent once a desktop was disconnected as idle, until somebody uses the page', async () => {
  FakeSocket.last.drop(4408);
  expect(attention.isAway).toBe(true);
  expect(await requestsInAnHour()).toBe(0);
  expect(FakeSocket.instances).toHaveLength(1);
  attention.isAway = false;
  expect(await requestsInAnHour()).toBe(360);
});

it('none is sent while no panel is visible', async () => {
  attention.isAway = true;
  connection.paused = true;
  await pass(120000);
  expect(FakeSocket.last.readyState).toBe(WebSocket.CLOSED);
  expect(await requestsInAnHour()).toBe(0);
});

it('the list is requested for a visible desktop, whose panel warns before a stop', async () => {
  attention.isAway = true;
  expect(await requestsInAnHour()).toBe(360);
});
