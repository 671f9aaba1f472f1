import { Desktop } from '../../../src/model';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopError } from '../../../src/services/restapi';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

let api: FakeAPI;
let connection: DesktopConnection;

function newConnection(invitation?: string): DesktopConnection {
  const openSocket = (url: string, subprotocols: string[]) => FakeSocket.open(url, subprotocols);
  return new DesktopConnection({ name: 'default', api, openSocket, invitation });
}

const pass = () => jest.advanceTimersByTimeAsync(0);

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.set();
  api.nextTicket = { ticket: 'once', rights: ['see'], connection: 'me' };
});

afterEach(() => {
  connection.dispose();
  jest.useRealTimers();
});

it('offers the ticket as a subprotocol, and has its rights', async () => {
  connection = newConnection();
  connection.start();
  await pass();
  expect(FakeSocket.last.subprotocols).toEqual(['binary', 'vnc-ticket.once', 'vnc-news']);
  expect(connection.status.rights).toEqual(['see']);
});

it('has all rights if the server knows no tickets', async () => {
  api.nextTicket = null;
  connection = newConnection();
  connection.start();
  await pass();
  expect(FakeSocket.last.subprotocols).toEqual(['binary']);
  expect(connection.status.rights).toEqual(Desktop.ALL_RIGHTS);
});

it('loses rights when the server says so', async () => {
  api.nextTicket = { ticket: 'once', rights: ['see', 'keys'], connection: 'me' };
  connection = newConnection();
  connection.start();
  await pass();
  connection.handshakeDone();
  const user = { username: 'ann', name: 'Ann' };
  connection.update(modelOf({ viewers: [{ id: 'me', user, rights: ['see'], invited: true }] }));
  expect(connection.status.rights).toEqual(['see']);
});

it('connects by an invitation though the model is refused', async () => {
  api.get = () => Promise.reject(new DesktopError({ status: 403, message: 'Forbidden' }));
  connection = newConnection('secret');
  connection.attach();
  await pass();
  expect(api.calls).toEqual(['ticket default secret']);
  expect(FakeSocket.instances).toHaveLength(1);
});

it('tells why an invitation is refused, and does not retry', async () => {
  connection = newConnection('old');
  connection.attach();
  const error = new DesktopError({ status: 403, code: 'invitation-invalid', message: 'The invitation has ended.' });
  api.ticket = () => Promise.reject(error);
  await pass();
  expect(connection.status).toMatchObject({ phase: 'lost', retryAt: null });
  expect(connection.status.problem?.message).toBe('The invitation has ended.');
});

it.each([
  [4403, 'access-withdrawn'],
  [4400, 'protocol-error']
])('does not retry after close code %i', async (code, problem) => {
  connection = newConnection();
  connection.start();
  await pass();
  connection.handshakeDone();
  FakeSocket.last.drop(code);
  expect(connection.status).toMatchObject({ phase: 'lost', retryAt: null, problem: { code: problem } });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.instances).toHaveLength(1);
});
