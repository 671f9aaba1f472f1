import { DesktopError } from '../../../src/services/restapi';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

const NETWORK = new DesktopError({ status: 0, message: 'no answer' });

/** The delays between retries while the server is down, in milliseconds. */
const DELAYS = [500, 1000, 2000, 4000, 8000, 10000, 10000];

let api: FakeAPI;
let connection: DesktopConnection;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

async function connect(): Promise<void> {
  api.set();
  connection.start();
  await pass();
  connection.handshakeDone();
}

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
});

afterEach(() => {
  connection.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('a lost connection', () => {
  it('is reopened immediately the first time', async () => {
    await connect();
    FakeSocket.last.drop();
    expect(connection.status).toMatchObject({ phase: 'lost', connected: false });
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
    connection.handshakeDone();
    expect(connection.status).toMatchObject({ phase: 'running', connected: true, retryAt: null });
  });

  it('is retried with growing delays, without end', async () => {
    await connect();
    api.error = NETWORK;
    FakeSocket.last.drop();
    await pass();
    for (const delay of [...DELAYS, ...Array<number>(20).fill(10000)]) {
      expect(connection.status.retryAt).toBe(Date.now() + delay);
      const calls = api.calls.length;
      await pass(delay - 1);
      expect(api.calls.length).toBe(calls);
      await pass(1);
      expect(api.calls.length).toBe(calls + 1);
    }
    api.error = null;
    await pass(10000);
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is also retried with growing delays if sockets open without a handshake', async () => {
    await connect();
    FakeSocket.last.drop();
    await pass();
    for (const delay of [500, 1000, 2000]) {
      const count = FakeSocket.instances.length;
      FakeSocket.last.accept();
      FakeSocket.last.drop();
      await pass(delay - 1);
      expect(FakeSocket.instances).toHaveLength(count);
      await pass(1);
      expect(FakeSocket.instances).toHaveLength(count + 1);
    }
  });

  it('closes a socket if the handshake takes too long', async () => {
    api.set();
    connection.start();
    await pass(15000);
    expect(FakeSocket.instances[0].readyState).toBe(WebSocket.CLOSED);
    await pass(1);
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is not retried while paused, and immediately afterwards', async () => {
    await connect();
    api.error = NETWORK;
    FakeSocket.last.drop();
    await pass();
    connection.paused = true;
    const calls = api.calls.length;
    await pass(60000);
    expect(api.calls.length).toBe(calls);
    expect(connection.status.retryAt).toBeNull();
    api.error = null;
    connection.paused = false;
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is not retried if it was lost while paused', async () => {
    await connect();
    connection.paused = true;
    FakeSocket.last.drop();
    await pass(60000);
    expect(FakeSocket.instances).toHaveLength(1);
    connection.paused = false;
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('stays open while paused', async () => {
    await connect();
    connection.paused = true;
    await pass(60000);
    connection.paused = false;
    await pass();
    expect(connection.status.connected).toBe(true);
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('is closed if it is paused for long, and opened again afterwards', async () => {
    await connect();
    connection.paused = true;
    await pass(120000);
    expect(FakeSocket.last.readyState).toBe(WebSocket.CLOSED);
    expect(connection.status).toMatchObject({ phase: 'lost', problem: { code: 'hidden' }, retryAt: null });
    const calls = api.calls.length;
    connection.update(modelOf());
    await pass(3600000);
    expect(api.calls.length).toBe(calls);
    connection.paused = false;
    await pass();
    connection.handshakeDone();
    expect(FakeSocket.instances).toHaveLength(2);
    expect(connection.status).toMatchObject({ connected: true, problem: null });
  });

  it('is not closed if it is paused for short times', async () => {
    await connect();
    for (let round = 0; round < 5; round++) {
      connection.paused = true;
      await pass(100000);
      connection.paused = false;
      await pass(100000);
    }
    expect(FakeSocket.instances).toHaveLength(1);
    expect(connection.status.connected).toBe(true);
  });

  it('is retried immediately when the network is back', async () => {
    await connect();
    api.error = NETWORK;
    FakeSocket.last.drop();
    await pass(20000);
    api.error = null;
    connection.wake();
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is not retried if the desktop was idle', async () => {
    await connect();
    FakeSocket.last.drop(4408);
    expect(connection.status).toMatchObject({ phase: 'lost', problem: { code: 'idle' }, retryAt: null });
    connection.wake();
    connection.paused = true;
    connection.paused = false;
    await pass(60000);
    expect(FakeSocket.instances).toHaveLength(1);
    connection.reconnect();
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('follows a desktop that restarts its VNC server', async () => {
    await connect();
    api.set({ phase: 'starting', step: 'vnc' });
    FakeSocket.last.drop(1011);
    await pass();
    expect(connection.status).toMatchObject({ phase: 'starting', model: { step: 'vnc' } });
    api.set();
    await pass(75);
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is retried while the user is logged out', async () => {
    await connect();
    api.error = new DesktopError({ status: 403, message: 'Forbidden' });
    FakeSocket.last.drop();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'lost', problem: { code: '403' } });
    api.error = null;
    await pass(500);
    expect(FakeSocket.instances).toHaveLength(2);
  });
});
