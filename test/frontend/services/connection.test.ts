import { DesktopError } from '../../../src/services/restapi';
import { DesktopSession } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

const NETWORK = new DesktopError({ status: 0, message: 'no answer' });

/** The pauses that people meet while the server is away, in milliseconds. */
const PAUSES = [500, 1000, 2000, 4000, 8000, 10000, 10000];

let api: FakeAPI;
let session: DesktopSession;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function newSession(prepare?: () => Promise<void>): DesktopSession {
  return new DesktopSession({ name: 'default', api, prepare, openSocket: url => FakeSocket.open(url) });
}

async function connect(): Promise<void> {
  api.set();
  session.start();
  await pass();
  session.handshakeDone();
}

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  session = newSession();
});

afterEach(() => {
  session.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('starting', () => {
  it('starts the desktop, follows its steps and opens one socket when it runs', async () => {
    const steps: unknown[] = [];
    session.statusChanged.connect((_, { phase, model }) => steps.push([phase, model?.step]));
    session.start();
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
    expect(api.calls).toEqual(['start default', 'get default', 'get default']);
  });

  it('asks less often when the start is slow', async () => {
    session.start();
    await pass(6000);
    const calls = api.calls.length;
    await pass(5000);
    expect(api.calls.length - calls).toBe(10);
  });

  it('is connected only after the handshake', async () => {
    api.set();
    session.start();
    await pass();
    expect(session.status).toMatchObject({ phase: 'running', connected: false });
    session.handshakeDone();
    expect(session.status).toMatchObject({ phase: 'running', connected: true });
  });

  it('opens no socket before the viewer is there, and asks for it at once', async () => {
    let loaded = () => {};
    const prepare = jest.fn(() => new Promise<void>(resolve => (loaded = resolve)));
    session.dispose();
    session = newSession(prepare);
    api.set();
    session.start();
    expect(prepare).toHaveBeenCalled();
    await pass();
    expect(FakeSocket.instances).toEqual([]);
    loaded();
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('tries again when the viewer cannot be loaded', async () => {
    const prepare = jest.fn().mockRejectedValueOnce(new Error('chunk')).mockRejectedValueOnce(new Error('chunk'));
    prepare.mockResolvedValue(undefined);
    session.dispose();
    session = newSession(prepare as () => Promise<void>);
    api.set();
    session.start();
    await pass();
    expect(session.status).toMatchObject({ phase: 'lost', problem: { code: 'viewer' } });
    await pass(500);
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('shows why a desktop failed', async () => {
    const error = { code: 'c', message: 'm', fix: 'f', part: 'session', log: ['l'] };
    session.start();
    await pass();
    api.set({ phase: 'failed', error });
    await pass(75);
    expect(session.status).toMatchObject({ phase: 'failed', problem: error });
  });

  it('shows a refusal that has a reason as a failure', async () => {
    api.refusal = new DesktopError({ status: 500, code: 'runtime-dir', message: 'm', fix: 'chmod' });
    session.start();
    await pass();
    expect(session.status).toMatchObject({ phase: 'failed', problem: { message: 'm', fix: 'chmod' } });
  });

  it('says that the server side is missing, and finds it after it was installed', async () => {
    api.refusal = new DesktopError({ status: 404, code: DesktopError.MISSING, message: '' });
    session.start();
    await pass();
    expect(session.status.phase).toBe('missing');
    api.refusal = null;
    session.reconnect();
    await pass();
    expect(session.status).toMatchObject({ phase: 'starting', model: { step: 'display' } });
  });

  it('still starts the desktop when the server did not answer at first', async () => {
    api.refusal = NETWORK;
    session.start();
    await pass();
    api.refusal = null;
    await pass(500);
    expect(session.status).toMatchObject({ phase: 'starting', model: { step: 'display' } });
  });

  it('starts a desktop once, not with each question about it', async () => {
    session.start();
    await pass(1000);
    expect(api.calls.filter(call => call === 'start default')).toHaveLength(1);
  });

  it('leaves a stopped desktop stopped when it only attaches', async () => {
    api.set({ phase: 'stopped' });
    session.attach();
    await pass();
    expect(session.status.phase).toBe('stopped');
    expect(api.calls).toEqual(['get default']);
  });

  it('takes a desktop that is not there for a stopped one when it only attaches', async () => {
    session.attach();
    await pass();
    expect(session.status).toMatchObject({ phase: 'stopped', model: null });
  });
});

describe('a dropped connection', () => {
  it('is opened again at once the first time', async () => {
    await connect();
    FakeSocket.last.drop();
    expect(session.status).toMatchObject({ phase: 'lost', connected: false });
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
    session.handshakeDone();
    expect(session.status).toMatchObject({ phase: 'running', connected: true, retryAt: null });
  });

  it('is tried again with growing pauses, and never given up', async () => {
    await connect();
    api.refusal = NETWORK;
    FakeSocket.last.drop();
    await pass();
    for (const pause of [...PAUSES, ...Array<number>(20).fill(10000)]) {
      expect(session.status.retryAt).toBe(Date.now() + pause);
      const calls = api.calls.length;
      await pass(pause - 1);
      expect(api.calls.length).toBe(calls);
      await pass(1);
      expect(api.calls.length).toBe(calls + 1);
    }
    api.refusal = null;
    await pass(10000);
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('grows the pauses too where sockets open but no handshake succeeds', async () => {
    await connect();
    FakeSocket.last.drop();
    await pass();
    for (const pause of [500, 1000, 2000]) {
      const count = FakeSocket.instances.length;
      FakeSocket.last.drop();
      await pass(pause - 1);
      expect(FakeSocket.instances).toHaveLength(count);
      await pass(1);
      expect(FakeSocket.instances).toHaveLength(count + 1);
    }
  });

  it('gives up a socket on which no handshake comes', async () => {
    api.set();
    session.start();
    await pass(15000);
    expect(FakeSocket.instances[0].readyState).toBe(WebSocket.CLOSED);
    await pass(1);
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('waits while nobody looks, and is tried at once when somebody does', async () => {
    await connect();
    api.refusal = NETWORK;
    FakeSocket.last.drop();
    await pass();
    session.paused = true;
    const calls = api.calls.length;
    await pass(60000);
    expect(api.calls.length).toBe(calls);
    expect(session.status.retryAt).toBeNull();
    api.refusal = null;
    session.paused = false;
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('that drops while nobody looks waits too', async () => {
    await connect();
    session.paused = true;
    FakeSocket.last.drop();
    await pass(60000);
    expect(FakeSocket.instances).toHaveLength(1);
    session.paused = false;
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('stays open while nobody looks', async () => {
    await connect();
    session.paused = true;
    await pass(60000);
    session.paused = false;
    await pass();
    expect(session.status.connected).toBe(true);
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('is tried at once when the network is back', async () => {
    await connect();
    api.refusal = NETWORK;
    FakeSocket.last.drop();
    await pass(20000);
    api.refusal = null;
    session.wake();
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('waits for a person when nobody used the desktop', async () => {
    await connect();
    FakeSocket.last.drop(4408);
    expect(session.status).toMatchObject({ phase: 'lost', problem: { code: 'idle' }, retryAt: null });
    session.wake();
    session.paused = true;
    session.paused = false;
    await pass(60000);
    expect(FakeSocket.instances).toHaveLength(1);
    session.reconnect();
    await pass();
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('follows a desktop that starts its VNC server anew', async () => {
    await connect();
    api.set({ phase: 'starting', step: 'vnc' });
    FakeSocket.last.drop(1011);
    await pass();
    expect(session.status).toMatchObject({ phase: 'starting', model: { step: 'vnc' } });
    api.set();
    await pass(75);
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('is retried while the person is logged out', async () => {
    await connect();
    api.refusal = new DesktopError({ status: 403, message: 'Forbidden' });
    FakeSocket.last.drop();
    await pass();
    expect(session.status).toMatchObject({ phase: 'lost', problem: { code: '403' } });
    api.refusal = null;
    await pass(500);
    expect(FakeSocket.instances).toHaveLength(2);
  });
});

describe('the same desktop elsewhere', () => {
  it('is followed when it was started there', async () => {
    api.set({ phase: 'stopped' });
    session.attach();
    await pass();
    session.update(modelOf());
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('does not disturb a session that is under way', async () => {
    await connect();
    session.update(modelOf({ phase: 'starting' }));
    await pass(1000);
    expect(session.status.connected).toBe(true);
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('resizing', () => {
  it('sends the last of many sizes', async () => {
    await connect();
    for (let width = 500; width < 520; width++) {
      session.resize({ width, height: 400 });
    }
    await pass(1000);
    expect(api.sizes).toEqual([{ width: 519, height: 400 }]);
  });
});

describe('disposal', () => {
  it('closes the socket and stays silent', async () => {
    await connect();
    const changed = jest.fn();
    session.statusChanged.connect(changed);
    session.dispose();
    session.dispose();
    await pass(60000);
    expect(FakeSocket.last.readyState).toBe(WebSocket.CLOSED);
    expect(changed).not.toHaveBeenCalled();
  });

  it('drops an answer that comes in late', async () => {
    api.set();
    session.start();
    session.dispose();
    await pass();
    expect(FakeSocket.instances).toEqual([]);
  });
});
