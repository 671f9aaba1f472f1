/** Proxies between the browser and the server that pass requests, but not what a desktop needs besides. */

import { DesktopConnection } from '../../../src/services/connection';
import { DesktopError } from '../../../src/services/restapi';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

let api: FakeAPI;
let connection: DesktopConnection;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
});

afterEach(() => {
  connection.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

/** Open sockets until no more are opened, and let each fail. */
async function failSockets(count: number): Promise<void> {
  connection.start();
  await pass();
  for (let number = 0; number < count; number++) {
    FakeSocket.last.drop();
    await pass(60000);
  }
}

it.each([
  ['that never reach the server', { ticket: 't', connection: 'c', arrived: false }],
  ['of a route without tickets', null]
])('sockets %s end the attempts after three, with the reason', async (_, ticket) => {
  api.nextTicket = ticket;
  await failSockets(3);
  expect(connection.status).toMatchObject({ phase: 'lost', retryAt: null, problem: { code: 'no-websocket' } });
  const calls = api.calls.length;
  await pass(3600000);
  expect(api.calls.length).toBe(calls);
  expect(FakeSocket.instances).toHaveLength(3);
});

it('a reconnect by the user tries again', async () => {
  await failSockets(3);
  connection.reconnect();
  await pass();
  expect(FakeSocket.instances).toHaveLength(4);
  FakeSocket.last.accept();
  connection.handshakeDone();
  expect(connection.status).toMatchObject({ connected: true, problem: null });
});

it('sockets that reach the server are retried, whatever it does with them', async () => {
  api.nextTicket = { ticket: 't', connection: 'c', arrived: true };
  await failSockets(8);
  expect(connection.status.problem).toBeNull();
  expect(FakeSocket.instances.length).toBeGreaterThan(8);
});

it('the server is asked about the socket that failed, and its reason ends the attempts', async () => {
  api.nextTicket = { ticket: 't', connection: 'c' };
  connection.start();
  await pass();
  api.ticket = (name, _, failed) => {
    api.calls.push(`ticket ${name} after ${failed}`);
    return Promise.reject(new DesktopError({ status: 403, code: 'origin-not-allowed', message: 'm', fix: 'f' }));
  };
  FakeSocket.last.drop();
  await pass(60000);
  expect(api.calls.at(-1)).toBe('ticket default after c');
  expect(connection.status).toMatchObject({
    phase: 'lost',
    retryAt: null,
    problem: { code: 'origin-not-allowed', fix: 'f' }
  });
  expect(FakeSocket.instances).toHaveLength(1);
});

it('a refused XSRF token ends the attempts', async () => {
  api.start = () => Promise.reject(new DesktopError({ status: 403, code: 'xsrf-token-refused', message: 'm' }));
  connection.start();
  await pass(60000);
  expect(connection.status).toMatchObject({ phase: 'lost', retryAt: null, problem: { code: 'xsrf-token-refused' } });
});
