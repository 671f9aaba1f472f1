import { DesktopAPI, DesktopError } from '../../../src/services/restapi';
import { modelOf } from '../fakes/api';

interface IAnswer {
  status: number;
  body: unknown;
}

/** Sends nothing: answers from a table of "METHOD url", with 404 to the rest. */
class FakeServer {
  readonly answers = new Map<string, IAnswer>();
  readonly requests: { line: string; init: RequestInit }[] = [];

  get lines(): string[] {
    return this.requests.map(({ line }) => line);
  }

  answer(line: string, body: unknown, status = 200): void {
    this.answers.set(line, { status, body });
  }

  readonly send = (url: string, init: RequestInit): Promise<Response> => {
    const line = `${init.method} ${url}`;
    this.requests.push({ line, init });
    const { status, body } = this.answers.get(line) ?? { status: 404, body: { message: 'Not Found' } };
    const json = () => (typeof body === 'string' ? Promise.reject(new SyntaxError('not JSON')) : Promise.resolve(body));
    return Promise.resolve({ ok: status < 400, status, statusText: '', json } as Response);
  };
}

const BASE = 'http://server/user/ann/';
const DOOR_2 = `${BASE}api/desktops`;
const DOOR_1 = `${BASE}vnc/api/desktops`;

let server: FakeServer;
let api: DesktopAPI;

async function errorOf(promise: Promise<unknown>): Promise<DesktopError> {
  return promise.then(
    () => Promise.reject(new Error('no error')),
    (error: DesktopError) => error
  );
}

beforeEach(() => {
  server = new FakeServer();
  api = new DesktopAPI({ baseUrl: BASE, wsUrl: 'ws://server/user/ann', send: server.send });
});

it('finds the server extension with the first request, and uses it from then on', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  server.answer(`POST ${DOOR_2}/default/start`, modelOf());
  await api.start('default');
  await api.start('default');
  expect(server.lines).toEqual([`GET ${DOOR_2}`, `POST ${DOOR_2}/default/start`, `POST ${DOOR_2}/default/start`]);
});

it('uses jupyter-server-proxy if the server extension is disabled', async () => {
  server.answer(`GET ${DOOR_1}`, [modelOf()]);
  expect(await api.list()).toEqual([modelOf()]);
  expect(api.socketURL('default')).toBe('ws://server/user/ann/vnc/api/desktops/default/rfb');
});

it('reports that neither route exists, and looks again next time', async () => {
  expect(await errorOf(api.start('default'))).toMatchObject({ code: DesktopError.MISSING });
  server.answer(`GET ${DOOR_2}`, []);
  server.answer(`POST ${DOOR_2}/default/start`, modelOf());
  expect(await api.start('default')).toEqual(modelOf());
});

it('does not try the other route if the server returns an error', async () => {
  server.answer(`GET ${DOOR_2}`, { message: 'Forbidden' }, 403);
  expect(await errorOf(api.list())).toMatchObject({ status: 403, code: null, message: 'Forbidden' });
});

it('treats a log-in page as an error', async () => {
  server.answer(`GET ${DOOR_2}`, '<html>');
  expect(await errorOf(api.list())).toMatchObject({ status: 403 });
});

it('keeps the code and the fix of an error', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  server.answer(`GET ${DOOR_2}/x`, { message: 'm', code: 'c', fix: 'f' }, 409);
  expect(await errorOf(api.get('x'))).toMatchObject({ status: 409, message: 'm', code: 'c', fix: 'f' });
});

it('has status 0 if there was no response', async () => {
  const send = () => Promise.reject(new TypeError('Failed to fetch'));
  api = new DesktopAPI({ baseUrl: BASE, wsUrl: '', send });
  expect(await errorOf(api.list())).toMatchObject({ status: 0, code: null });
});

it('encodes names', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  await errorOf(api.get('../a b?'));
  expect(server.lines[1]).toBe(`GET ${DOOR_2}/..%2Fa%20b%3F`);
  expect(api.pageURL('a&b')).toBe(`${BASE}desktops/?desktop=a%26b`);
});

it('requests the log of one process', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  await errorOf(api.log('default', 'x11vnc', 50));
  expect(server.lines[1]).toBe(`GET ${DOOR_2}/default/log?part=x11vnc&lines=50`);
});

it('requests the report of a desktop', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  server.answer(`GET ${BASE}api/vnc/report?desktop=a%20b`, { report: 'All.' });
  expect(await api.report('a b')).toBe('All.');
});

it('requests the report of the server if the desktop does not exist', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  server.answer(`GET ${BASE}api/vnc/report?desktop=a`, { code: 'unknown-desktop' }, 404);
  server.answer(`GET ${BASE}api/vnc/report`, { report: 'The server.' });
  expect(await api.report('a')).toBe('The server.');
  expect(await errorOf(api.report('b'))).toMatchObject({ status: 404, code: null });
});

it('sends the header against CSRF with each request, and bodies as JSON', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  server.answer(`POST ${DOOR_2}/default/resize`, modelOf());
  await api.resize('default', { width: 800, height: 600 });
  const { init } = server.requests[1];
  expect(init.headers).toMatchObject({ 'X-Requested-With': 'jupyter-vnc-proxy' });
  expect(init.body).toBe('{"width":800,"height":600}');
});

it('adds the token to the URL of a socket if there is no cookie', () => {
  api = new DesktopAPI({ baseUrl: BASE, wsUrl: 'ws://server/', token: 'a b', send: server.send });
  expect(api.socketURL('default')).toBe('ws://server/api/desktops/default/rfb?token=a%20b');
});

it('returns nothing after a deletion', async () => {
  server.answer(`GET ${DOOR_2}`, []);
  server.answer(`DELETE ${DOOR_2}/default`, '', 204);
  expect(await api.delete('default')).toBeUndefined();
});
