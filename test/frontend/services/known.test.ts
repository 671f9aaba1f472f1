import { DesktopError } from '../../../src/services/restapi';
import { DesktopSession } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/tokens';

let api: FakeAPI;
let session: DesktopSession;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function newSession(name: string, model?: Desktop.IModel): DesktopSession {
  return new DesktopSession({ name, api, openSocket: url => FakeSocket.open(url), known: () => model });
}

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
});

afterEach(() => {
  session.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('a desktop that is known to run', () => {
  beforeEach(() => {
    session = newSession('default', modelOf());
  });

  it('is connected to at once, without a question', async () => {
    api.set();
    session.start();
    await pass();
    expect(FakeSocket.instances).toHaveLength(1);
    session.handshakeDone();
    await pass(60000);
    expect(api.calls).toEqual([]);
    expect(session.status).toMatchObject({ phase: 'running', connected: true, model: { resize: 'rfb' } });
  });

  it.each([1006, 4404, 4410])('is started where it runs no longer (%s)', async code => {
    const phases: string[] = [];
    session.statusChanged.connect((_, { phase }) => phases.push(phase));
    session.start();
    await pass();
    FakeSocket.last.drop(code);
    await pass();
    expect(api.calls).toEqual(['start default']);
    expect(session.status).toMatchObject({ phase: 'starting', model: { step: 'display' } });
    expect(phases).not.toContain('lost');
  });

  it('is left stopped where it runs no longer, and was only attached to', async () => {
    api.set({ phase: 'stopped' });
    session.attach();
    await pass();
    FakeSocket.last.drop();
    await pass();
    expect(api.calls).toEqual(['get default']);
    expect(session.status.phase).toBe('stopped');
  });

  it('says so where too many look at it', async () => {
    session.start();
    await pass();
    FakeSocket.last.drop(4429);
    await pass(60000);
    expect(session.status).toMatchObject({ phase: 'lost', problem: { code: 'too-many-clients' } });
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('a desktop that was removed', () => {
  beforeEach(() => {
    session = newSession('work');
  });

  it('is told of, and made again on request', async () => {
    session.start();
    await pass();
    expect(session.status).toMatchObject({ phase: 'stopped', problem: { code: 'unknown-desktop' } });
    session.create();
    await pass();
    expect(api.created).toEqual([{ name: 'work' }]);
    expect(session.status).toMatchObject({ phase: 'starting', model: { name: 'work' }, problem: null });
  });

  it('is told of when the list lacks it', async () => {
    api.set({ name: 'work', phase: 'stopped' });
    session.attach();
    await pass();
    session.update(null);
    expect(session.status).toMatchObject({ phase: 'stopped', model: null, problem: { code: 'unknown-desktop' } });
  });

  it('is told of when the socket says so', async () => {
    api.set({ name: 'work' });
    session.start();
    await pass();
    session.handshakeDone();
    FakeSocket.last.drop(4404);
    await pass(60000);
    expect(session.status).toMatchObject({ phase: 'stopped', problem: { code: 'unknown-desktop' } });
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('a desktop about to be stopped', () => {
  beforeEach(async () => {
    session = newSession('default');
    api.set();
    session.start();
    await pass();
    session.handshakeDone();
  });

  const stops_at = '2026-01-01T00:01:00Z';

  it('is known from the list, connected or disconnected for want of use', () => {
    session.update(modelOf({ stops_at }));
    expect(session.status).toMatchObject({ connected: true, model: { stops_at } });
    FakeSocket.last.drop(4408);
    session.update(modelOf());
    expect(session.status).toMatchObject({ phase: 'lost', model: { stops_at: null } });
    session.update(modelOf({ phase: 'stopped' }));
    expect(session.status.phase).toBe('stopped');
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('is kept on request', async () => {
    api.set({ stops_at });
    await session.look();
    expect(session.status.model?.stops_at).toBe(stops_at);
    await session.keep();
    expect(api.calls).toContain('keep default');
    expect(session.status.model?.stops_at).toBeNull();
  });

  it('stays as it is known while the server does not answer', async () => {
    api.refusal = new DesktopError({ status: 0, message: 'no answer' });
    await session.keep();
    await session.look();
    expect(session.status.connected).toBe(true);
  });
});
