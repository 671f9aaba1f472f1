import { DesktopError } from '../../../src/services/restapi';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/model';

let api: FakeAPI;
let connection: DesktopConnection;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function newConnection(name: string, model?: Desktop.IModel): DesktopConnection {
  return new DesktopConnection({ name, api, openSocket: url => FakeSocket.open(url), cachedModel: () => model });
}

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
});

afterEach(() => {
  connection.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('a desktop that runs according to the list', () => {
  beforeEach(() => {
    connection = newConnection('default', modelOf());
  });

  it('is connected immediately, without a request', async () => {
    api.set();
    connection.start();
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
    connection.handshakeDone();
    await pass(60000);
    expect(api.calls).toEqual(['ticket default']);
    expect(connection.status).toMatchObject({ phase: 'running', connected: true, model: { resize: 'rfb' } });
  });

  it.each([1006, 4404, 4410])('is started if it no longer runs (%s)', async code => {
    const phases: string[] = [];
    connection.statusChanged.connect((_, { phase }) => phases.push(phase));
    connection.start();
    await pass();
    FakeSocket.last.drop(code);
    await pass();
    expect(api.calls).toEqual(['ticket default', 'start default']);
    expect(connection.status).toMatchObject({ phase: 'starting', model: { step: 'display' } });
    expect(phases).not.toContain('lost');
  });

  it('is left stopped if it no longer runs and was only attached', async () => {
    api.set({ phase: 'stopped' });
    connection.attach();
    await pass();
    FakeSocket.last.drop();
    await pass();
    expect(api.calls).toEqual(['ticket default', 'get default']);
    expect(connection.status.phase).toBe('stopped');
  });

  it('reports that there are too many connections', async () => {
    connection.start();
    await pass();
    FakeSocket.last.drop(4429);
    await pass(60000);
    expect(connection.status).toMatchObject({ phase: 'lost', problem: { code: 'too-many-clients' } });
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('a desktop that was removed', () => {
  beforeEach(() => {
    connection = newConnection('work');
  });

  it('is reported, and created again on request', async () => {
    connection.start();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'stopped', problem: { code: 'unknown-desktop' } });
    connection.create();
    await pass();
    expect(api.created).toEqual([{ name: 'work' }]);
    expect(connection.status).toMatchObject({ phase: 'starting', model: { name: 'work' }, problem: null });
  });

  it('is reported if the list lacks it', async () => {
    api.set({ name: 'work', phase: 'stopped' });
    connection.attach();
    await pass();
    connection.update(null);
    expect(connection.status).toMatchObject({ phase: 'stopped', model: null, problem: { code: 'unknown-desktop' } });
  });

  it('is reported if the socket is closed for that reason', async () => {
    api.set({ name: 'work' });
    connection.start();
    await pass();
    connection.handshakeDone();
    FakeSocket.last.drop(4404);
    await pass(60000);
    expect(connection.status).toMatchObject({ phase: 'stopped', problem: { code: 'unknown-desktop' } });
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('a desktop that is about to be stopped', () => {
  beforeEach(async () => {
    connection = newConnection('default');
    api.set();
    connection.start();
    await pass();
    connection.handshakeDone();
  });

  const stops_at = '2026-01-01T00:01:00Z';

  it('is updated from the list, whether connected or disconnected as idle', () => {
    connection.update(modelOf({ stops_at }));
    expect(connection.status).toMatchObject({ connected: true, model: { stops_at } });
    FakeSocket.last.drop(4408);
    connection.update(modelOf());
    expect(connection.status).toMatchObject({ phase: 'lost', model: { stops_at: null } });
    connection.update(modelOf({ phase: 'stopped' }));
    expect(connection.status.phase).toBe('stopped');
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('is kept running on request', async () => {
    api.set({ stops_at });
    await connection.refresh();
    expect(connection.status.model?.stops_at).toBe(stops_at);
    await connection.keep();
    expect(api.calls).toContain('keep default');
    expect(connection.status.model?.stops_at).toBeNull();
  });

  it('keeps its status while the server does not respond', async () => {
    api.error = new DesktopError({ status: 0, message: 'no answer' });
    await connection.keep();
    await connection.refresh();
    expect(connection.status.connected).toBe(true);
  });
});
