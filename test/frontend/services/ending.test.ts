import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

let api: FakeAPI;
let connection: DesktopConnection;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

beforeEach(async () => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  connection.start();
  await pass();
  connection.handshakeDone();
});

afterEach(() => {
  connection.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('a desktop that stops while it is shown', () => {
  beforeEach(async () => {
    api.set({ step: 'stopping' });
    FakeSocket.last.drop(4410);
    expect(connection.status.phase).toBe('stopped');
    await pass(1000);
    expect(connection.status.phase).toBe('stopped');
  });

  afterEach(() => expect(FakeSocket.instances).toHaveLength(1));

  it('is "stopped" when it was stopped', async () => {
    api.set({ phase: 'stopped' });
    await pass(60000);
    expect(connection.status.phase).toBe('stopped');
  });

  it('is "failed", with the reason, when it has failed', async () => {
    const error = { code: 'session-ended-early', message: 'It ended.', fix: null, part: 'session', log: [] };
    api.set({ phase: 'failed', error });
    await pass(1000);
    expect(connection.status).toMatchObject({ phase: 'failed', problem: error });
  });
});
