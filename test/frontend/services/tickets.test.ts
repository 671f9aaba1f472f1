import { Desktop } from '../../../src/model';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopError } from '../../../src/services/restapi';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

const VIEW: Desktop.ITicket = { ticket: 'view', rights: ['see'], connection: 'c1' };

let api: FakeAPI;
let connection: DesktopConnection;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function newConnection(invitation?: string, cachedModel?: () => Desktop.IModel): DesktopConnection {
  const openSocket = FakeSocket.open.bind(FakeSocket);
  return new DesktopConnection({ name: 'default', api, openSocket, invitation, cachedModel });
}

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.set();
  connection = newConnection();
});

afterEach(() => {
  connection.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('a ticket', () => {
  it('is fetched for each socket, and offered as a subprotocol', async () => {
    api.nextTicket = VIEW;
    connection.start();
    await pass();
    expect(FakeSocket.last.subprotocols).toEqual(['binary', 'vnc-ticket.view', 'vnc-news']);
    expect(FakeSocket.last.url).not.toContain('vnc-ticket');
    api.nextTicket = { ...VIEW, ticket: 'other' };
    FakeSocket.last.drop();
    await pass(1000);
    expect(FakeSocket.last.subprotocols).toEqual(['binary', 'vnc-ticket.other', 'vnc-news']);
  });

  it('is not offered if the server does not require it', async () => {
    connection.start();
    await pass();
    expect(FakeSocket.last.subprotocols).toEqual(['binary']);
    expect(connection.status.rights).toEqual(Desktop.ALL_RIGHTS);
  });

  it('gives its rights before the socket is announced', async () => {
    api.nextTicket = VIEW;
    let rights: readonly Desktop.Right[] = [];
    connection.socketOpened.connect(({ status }) => (rights = status.rights));
    connection.start();
    await pass();
    expect(rights).toEqual(['see']);
  });

  it('without rights gives all of them', async () => {
    api.nextTicket = { ticket: 't' };
    connection.start();
    await pass();
    expect(connection.status.rights).toEqual(Desktop.ALL_RIGHTS);
  });

  it('opens no socket if the connection was disposed in the meantime', async () => {
    connection.start();
    await Promise.resolve();
    connection.dispose();
    await pass();
    expect(FakeSocket.instances).toEqual([]);
  });

  it('that is refused for a desktop of the list leads to a start', async () => {
    api.models.clear();
    api.ticket = name => {
      api.calls.push(`ticket ${name}`);
      return Promise.reject(new DesktopError({ status: 404, code: 'unknown-desktop', message: '' }));
    };
    connection.dispose();
    connection = newConnection(undefined, () => modelOf());
    connection.start();
    await pass();
    expect(api.calls).toEqual(['ticket default', 'start default']);
    expect(connection.status.phase).toBe('starting');
  });
});

it('takes rights from the model, because they may be withdrawn', async () => {
  api.nextTicket = { ...VIEW, rights: ['see', 'keys', 'pointer'] };
  connection.start();
  await pass();
  connection.handshakeDone();
  const viewer = { id: 'c1', user: { username: 'ann', name: 'Ann' }, invited: false };
  connection.update(modelOf({ viewers: [{ ...viewer, rights: ['see'] }] }));
  expect(connection.status.rights).toEqual(['see']);
  connection.update(modelOf({ viewers: [{ ...viewer, id: 'c2', rights: ['see', 'keys'] }] }));
  expect(connection.status.rights).toEqual(['see']);
});

describe('a refusal', () => {
  it.each([
    ['origin-not-allowed', 'origin-not-allowed'],
    ['invitation-invalid', 'refused']
  ])('is shown without a retry (%s)', async (code, shown) => {
    api.error = new DesktopError({ status: 403, code, message: 'No.', fix: 'f' });
    connection.attach();
    await pass(60000);
    const problem = { code: shown, message: 'No.', fix: 'f' };
    expect(connection.status).toMatchObject({ phase: 'lost', retryAt: null, problem });
    expect(api.calls).toHaveLength(1);
  });

  it.each([404, 502])('by another program does not mean that the desktop is stopped (%s)', async status => {
    api.error = new DesktopError({ status, message: 'Not Found' });
    connection.attach();
    await pass();
    expect(connection.status).toMatchObject({ phase: 'lost', problem: { message: 'Not Found' } });
    expect(connection.status.retryAt).not.toBeNull();
  });

  it.each([
    [4400, 'protocol-error'],
    [4403, 'access-withdrawn']
  ])('that closes the socket is shown without a retry (%s)', async (code, shown) => {
    connection.start();
    await pass();
    connection.handshakeDone();
    FakeSocket.last.drop(code);
    await pass(60000);
    expect(connection.status).toMatchObject({ phase: 'lost', retryAt: null, problem: { code: shown } });
    expect(FakeSocket.instances).toHaveLength(1);
  });
});

describe('a user who may not start desktops', () => {
  beforeEach(() => {
    api.start = name => {
      api.calls.push(`start ${name}`);
      return Promise.reject(new DesktopError({ status: 403, message: 'Forbidden' }));
    };
  });

  it('sees a running one', async () => {
    connection.start();
    await pass();
    expect(api.calls).toEqual(['start default', 'get default', 'ticket default']);
    expect(FakeSocket.instances).toHaveLength(1);
  });

  it('is told so if it is stopped', async () => {
    api.set({ phase: 'stopped' });
    connection.start();
    await pass();
    const problem = { message: 'You are not allowed to start this desktop.' };
    expect(connection.status).toMatchObject({ phase: 'stopped', problem });
  });

  it('is not suspected if the origin is refused', async () => {
    const error = new DesktopError({ status: 403, code: 'origin-not-allowed', message: '' });
    api.start = () => Promise.reject(error);
    connection.start();
    await pass(60000);
    expect(connection.status).toMatchObject({ phase: 'lost', problem: { code: 'origin-not-allowed' } });
    expect(api.calls).toEqual([]);
  });
});

describe('an invitation', () => {
  beforeEach(() => {
    api.nextTicket = VIEW;
    api.get = name => {
      api.calls.push(`get ${name}`);
      return Promise.reject(new DesktopError({ status: 403, message: 'Forbidden' }));
    };
    connection.dispose();
    connection = newConnection('s3cret');
  });

  it('is enough for a user who may not see the model', async () => {
    connection.attach();
    await pass();
    expect(api.calls).toEqual(['get default', 'ticket default s3cret']);
    connection.handshakeDone();
    expect(connection.status).toMatchObject({ phase: 'running', connected: true, model: null, rights: ['see'] });
  });

  it('is used again after the connection was lost', async () => {
    connection.attach();
    await pass();
    connection.handshakeDone();
    FakeSocket.last.drop();
    await pass(1000);
    expect(api.calls.filter(call => call === 'ticket default s3cret')).toHaveLength(2);
    expect(FakeSocket.instances).toHaveLength(2);
  });

  it('never starts or creates the desktop', async () => {
    connection.attach();
    await pass();
    FakeSocket.last.drop(4410);
    await pass(60000);
    expect(api.calls.filter(call => /^(start|create)/.test(call))).toEqual([]);
  });
});
