import { DesktopError } from '../../../src/services/restapi';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

const NETWORK = new DesktopError({ status: 0, message: 'no answer' });

let api: FakeAPI;
let connection: DesktopConnection;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function newConnection(prepare?: () => Promise<void>): DesktopConnection {
  return new DesktopConnection({ name: 'default', api, prepare, openSocket: url => FakeSocket.open(url) });
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
  connection = newConnection();
});

afterEach(() => {
  connection.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('starting', () => {
  it('starts the desktop, follows its steps and opens one socket when it runs', async () => {
    const steps: unknown[] = [];
    connection.statusChanged.connect((_, { phase, model }) => steps.push([phase, model?.step]));
    connection.start();
    await pass();
    api.set({ phase: 'starting', step: 'session' });
    await pass(75);
    api.set();
    await pass(75);
    expect(steps).toEqual([
      ['starting', undefined],
      ['starting', 'display'],
      ['starting', 'session'],
      ['running', null]
    ]);
    expect(FakeSocket.instances.map(({ url }) => url)).toEqual(['ws://server/default']);
    expect(api.calls).toEqual(['start default', 'get default', 'get default', 'ticket default']);
    expect(api.waits).toEqual(['display', 'session']);
  });

  it('polls less often if the start is slow', async () => {
    connection.start();
    await pass(6000);
    const calls = api.calls.length;
    await pass(5000);
    expect(api.calls.length - calls).toBe(10);
  });

  it('is connected only after the handshake', async () => {
    api.set();
    connection.start();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'running', connected: false });
    connection.handshakeDone();
    expect(connection.status).toMatchObject({ phase: 'running', connected: true });
  });

  it('loads the viewer immediately, and opens a socket only afterwards', async () => {
    let loaded = () => {};
    const prepare = jest.fn(() => new Promise<void>(resolve => (loaded = resolve)));
    connection.dispose();
    connection = newConnection(prepare);
    api.set();
    connection.start();
    expect(prepare).toHaveBeenCalled();
    await pass();
    expect(FakeSocket.instances).toEqual([]);
    loaded();
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('retries if the viewer cannot be loaded', async () => {
    const prepare = jest.fn().mockRejectedValueOnce(new Error('chunk')).mockRejectedValueOnce(new Error('chunk'));
    prepare.mockResolvedValue(undefined);
    connection.dispose();
    connection = newConnection(prepare as () => Promise<void>);
    api.set();
    connection.start();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'lost', problem: { code: 'viewer' } });
    await pass(500);
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('shows why a desktop failed', async () => {
    const error = { code: 'c', message: 'm', fix: 'f', part: 'session', log: ['l'] };
    connection.start();
    await pass();
    api.set({ phase: 'failed', error });
    await pass(75);
    expect(connection.status).toMatchObject({ phase: 'failed', problem: error });
  });

  it('shows an error response with a code as a failure', async () => {
    api.error = new DesktopError({ status: 500, code: 'runtime-dir', message: 'm', fix: 'chmod' });
    connection.start();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'failed', problem: { message: 'm', fix: 'chmod' } });
  });

  it('shows that a desktop runs elsewhere, until it has ended there', async () => {
    api.error = new DesktopError({ status: 409, code: 'running-elsewhere', message: 'm', fix: 'export …' });
    connection.start();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'running-elsewhere', problem: { message: 'm', fix: 'export …' } });
    connection.update(modelOf({ phase: 'running-elsewhere' }));
    expect(connection.status).toMatchObject({ problem: { message: 'm' } });
    connection.update(modelOf({ phase: 'stopped' }));
    expect(connection.status).toMatchObject({ phase: 'stopped', problem: null });
    connection.update(modelOf({ phase: 'running-elsewhere' }));
    expect(connection.status.phase).toBe('running-elsewhere');
    expect(FakeSocket.instances).toEqual([]);
  });

  it('reports a missing server extension, and finds it after it was installed', async () => {
    api.error = new DesktopError({ status: 404, code: DesktopError.MISSING, message: '' });
    connection.start();
    await pass();
    expect(connection.status.phase).toBe('missing');
    api.error = null;
    connection.reconnect();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'starting', model: { step: 'display' } });
  });

  it('still starts the desktop if the server did not respond at first', async () => {
    api.error = NETWORK;
    connection.start();
    await pass();
    api.error = null;
    await pass(500);
    expect(connection.status).toMatchObject({ phase: 'starting', model: { step: 'display' } });
  });

  it('starts a desktop only once while it polls', async () => {
    connection.start();
    await pass(1000);
    expect(api.calls.filter(call => call === 'start default')).toHaveLength(1);
  });

  it('leaves a stopped desktop stopped when it only attaches', async () => {
    api.set({ phase: 'stopped' });
    connection.attach();
    await pass();
    expect(connection.status.phase).toBe('stopped');
    expect(api.calls).toEqual(['get default']);
  });

  it('shows a desktop that does not exist as stopped when it only attaches', async () => {
    connection.attach();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'stopped', model: null });
  });
});

describe('the same desktop in another viewer', () => {
  it('is connected when it was started there', async () => {
    api.set({ phase: 'stopped' });
    connection.attach();
    await pass();
    connection.update(modelOf());
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('does not disturb an open connection', async () => {
    await connect();
    connection.update(modelOf({ phase: 'starting' }));
    await pass(1000);
    expect(connection.status.connected).toBe(true);
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('resizing', () => {
  it('sends only the last of many sizes', async () => {
    await connect();
    for (let width = 500; width < 520; width++) {
      connection.changeScreen({ size: { width, height: 400 } });
    }
    await pass(1000);
    expect(api.sizes).toEqual([{ width: 519, height: 400 }]);
  });
});

describe('disposal', () => {
  it('closes the socket and emits no more signals', async () => {
    await connect();
    const changed = jest.fn();
    connection.statusChanged.connect(changed);
    connection.dispose();
    connection.dispose();
    await pass(60000);
    expect(FakeSocket.last.readyState).toBe(WebSocket.CLOSED);
    expect(changed).not.toHaveBeenCalled();
  });

  it('ignores a late response', async () => {
    api.set();
    connection.start();
    connection.dispose();
    await pass();
    expect(FakeSocket.instances).toEqual([]);
  });
});
