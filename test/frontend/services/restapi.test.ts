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
const EXTENSION = `${BASE}api/desktops`;
const PROXY = `${BASE}vnc/api/desktops`;

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
  server.answer(`GET ${EXTENSION}`, []);
  server.answer(`POST ${EXTENSION}/default/start`, modelOf());
  await api.start('default');
  await api.start('default');
  expect(server.lines).toEqual([
    `GET ${EXTENSION}`,
    `POST ${EXTENSION}/default/start`,
    `POST ${EXTENSION}/default/start`
  ]);
});

it('uses jupyter-server-proxy if the server extension is disabled', async () => {
  server.answer(`GET ${PROXY}`, [modelOf()]);
  expect(await api.list()).toEqual([modelOf()]);
  expect(api.socketURL('default')).toBe('ws://server/user/ann/vnc/api/desktops/default/rfb');
});

it('does not take the response of a proxy for that of a server without the package', async () => {
  expect(await errorOf(api.start('default'))).toMatchObject({ status: 404, code: null });
});

it('asks for the next step of a start', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  await api.list();
  server.answer(`GET ${EXTENSION}/default?step=display`, modelOf({ step: 'vnc' }));
  expect((await api.get('default', 'display')).step).toBe('vnc');
});

it('has status 0 if the response takes too long', async () => {
  jest.useFakeTimers();
  const send = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => signal!.addEventListener('abort', () => reject(new Error('aborted'))));
  const error = errorOf(new DesktopAPI({ baseUrl: BASE, wsUrl: '', send }).list());
  await jest.advanceTimersByTimeAsync(30000);
  expect(await error).toMatchObject({ status: 0, code: null });
  jest.useRealTimers();
});

it('reports that neither route exists, and looks again next time', async () => {
  server.answer(`GET ${BASE}api`, { version: '2.17.0' });
  expect(await errorOf(api.start('default'))).toMatchObject({ code: DesktopError.MISSING });
  server.answer(`GET ${EXTENSION}`, []);
  server.answer(`POST ${EXTENSION}/default/start`, modelOf());
  expect(await api.start('default')).toEqual(modelOf());
});

it('does not try the other route if the server returns an error', async () => {
  server.answer(`GET ${EXTENSION}`, { message: 'Forbidden' }, 403);
  expect(await errorOf(api.list())).toMatchObject({ status: 403, code: null, message: 'Forbidden' });
});

it('treats a log-in page as an error', async () => {
  server.answer(`GET ${EXTENSION}`, '<html>');
  expect(await errorOf(api.list())).toMatchObject({ status: 403 });
});

it('keeps the code and the fix of an error', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  server.answer(`GET ${EXTENSION}/x`, { message: 'm', code: 'c', fix: 'f' }, 409);
  expect(await errorOf(api.get('x'))).toMatchObject({ status: 409, message: 'm', code: 'c', fix: 'f' });
});

it('has status 0 if there was no response', async () => {
  const send = () => Promise.reject(new TypeError('Failed to fetch'));
  api = new DesktopAPI({ baseUrl: BASE, wsUrl: '', send });
  expect(await errorOf(api.list())).toMatchObject({ status: 0, code: null });
});

it('encodes names', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  await errorOf(api.get('../a b?'));
  expect(server.lines[1]).toBe(`GET ${EXTENSION}/..%2Fa%20b%3F`);
  expect(api.pageURL('a&b')).toBe(`${BASE}desktops/?desktop=a%26b`);
});

it('requests the log of one process', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  await errorOf(api.log('default', 'x11vnc', 50));
  expect(server.lines[1]).toBe(`GET ${EXTENSION}/default/log?part=x11vnc&lines=50`);
});

it('requests the report of a desktop', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  server.answer(`GET ${BASE}api/vnc/report?desktop=a%20b`, { report: 'All.' });
  expect(await api.report('a b')).toBe('All.');
});

it('requests the report of the server if the desktop does not exist', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  server.answer(`GET ${BASE}api/vnc/report?desktop=a`, { code: 'unknown-desktop' }, 404);
  server.answer(`GET ${BASE}api/vnc/report`, { report: 'The server.' });
  expect(await api.report('a')).toBe('The server.');
  expect(await errorOf(api.report('b'))).toMatchObject({ status: 404, code: null });
});

it('sends the header against CSRF with each request, and bodies as JSON', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  server.answer(`POST ${EXTENSION}/default/resize`, modelOf());
  await api.resize('default', { width: 800, height: 600 });
  const { init } = server.requests[1];
  expect(init.headers).toMatchObject({ 'X-Requested-With': 'jupyter-vnc-proxy' });
  expect(init.body).toBe('{"width":800,"height":600}');
  server.answer(`POST ${EXTENSION}/default/scale`, modelOf({ scale: 175 }));
  expect((await api.scale('default', 175)).scale).toBe(175);
  expect(server.requests[2].init.body).toBe('{"percent":175}');
});

it('adds the token to the URL of a socket if there is no cookie', () => {
  api = new DesktopAPI({ baseUrl: BASE, wsUrl: 'ws://server/', token: 'a b', send: server.send });
  expect(api.socketURL('default')).toBe('ws://server/api/desktops/default/rfb?token=a%20b');
});

it('returns nothing after a deletion', async () => {
  server.answer(`GET ${EXTENSION}`, []);
  server.answer(`DELETE ${EXTENSION}/default`, '', 204);
  expect(await api.delete('default')).toBeUndefined();
});

describe('a ticket', () => {
  it('is requested for an invitation', async () => {
    const ticket = { ticket: 't', rights: ['see'], connection: 'c' };
    server.answer(`GET ${EXTENSION}`, []);
    server.answer(`POST ${EXTENSION}/default/ticket`, ticket);
    expect(await api.ticket('default', 'secret')).toEqual(ticket);
    expect(server.requests[1].init.body).toBe('{"invitation":"secret"}');
    expect(server.lines.join()).not.toContain('secret');
  });

  it('is not needed on the route of jupyter-server-proxy', async () => {
    server.answer(`GET ${PROXY}`, []);
    expect(await api.ticket('default')).toBeNull();
    expect(server.lines).toEqual([`GET ${EXTENSION}`, `GET ${PROXY}`]);
  });

  it('is not needed by another server that shows the desktop', async () => {
    server.answer(`GET ${EXTENSION}`, []);
    expect(await api.ticket('default')).toBeNull();
  });

  it('names the socket that failed before', async () => {
    server.answer(`GET ${EXTENSION}`, []);
    server.answer(`POST ${EXTENSION}/default/ticket`, { message: 'm', code: 'origin-not-allowed' }, 403);
    expect(await errorOf(api.ticket('default', undefined, 'c1'))).toMatchObject({
      code: 'origin-not-allowed',
      fix: "c.ServerApp.allow_origin = 'http://localhost'"
    });
    expect(server.requests[1].init.body).toBe('{"failed":"c1"}');
  });

  it('is refused because of the XSRF token', async () => {
    server.answer(`GET ${EXTENSION}`, []);
    server.answer(`POST ${EXTENSION}/default/ticket`, { message: "'_xsrf' argument missing from POST" }, 403);
    expect(await errorOf(api.ticket('default'))).toMatchObject({ status: 403, code: 'xsrf-token-refused' });
  });

  it('is refused with the reason', async () => {
    server.answer(`GET ${EXTENSION}`, []);
    server.answer(`POST ${EXTENSION}/default/ticket`, { message: 'No.', code: 'invitation-invalid' }, 403);
    expect(await errorOf(api.ticket('default', 'x'))).toMatchObject({ status: 403, code: 'invitation-invalid' });
  });
});
describe('a server that refuses the origin of the page', () => {
  beforeEach(() => {
    server.answer(`GET ${EXTENSION}`, []);
    server.answer(`GET ${BASE}api`, { version: '2.17.0' });
  });

  it.each([
    ['start', () => api.start('default')],
    ['ticket', () => api.ticket('default')]
  ])('is reported with the setting that allows it (%s)', async (_, request) => {
    expect(await errorOf(request())).toMatchObject({
      status: 403,
      code: 'origin-not-allowed',
      fix: "c.ServerApp.allow_origin = 'http://localhost'"
    });
    expect(server.lines[2]).toBe(`POST ${BASE}api`);
  });

  it('is not suspected if the server responds with a code', async () => {
    server.answer(`POST ${EXTENSION}/default/start`, { message: 'm', code: 'unknown-desktop' }, 404);
    expect(await errorOf(api.start('default'))).toMatchObject({ status: 404, code: 'unknown-desktop' });
    expect(server.lines).toHaveLength(2);
  });

  it('is not suspected if the server is not Jupyter', async () => {
    server.answer(`GET ${BASE}api`, {}, 404);
    expect(await errorOf(api.start('default'))).toMatchObject({ status: 404, code: null });
    expect(await api.ticket('default')).toBeNull();
  });

  it('is not suspected if Jupyter accepts another request', async () => {
    server.answer(`POST ${BASE}api`, { message: 'Method Not Allowed' }, 405);
    expect(await errorOf(api.start('default'))).toMatchObject({ status: 404, code: null });
  });
});

it('sends requests about connections and invitations', async () => {
  const lines = [
    `GET ${EXTENSION}/a%20b/connections`,
    `DELETE ${EXTENSION}/a%20b/connections/c%2F1`,
    `POST ${EXTENSION}/a%20b/control`,
    `GET ${EXTENSION}/a%20b/invitations`,
    `POST ${EXTENSION}/a%20b/invitations`,
    `DELETE ${EXTENSION}/a%20b/invitations/i1`
  ];
  for (const line of [`GET ${EXTENSION}`, ...lines]) {
    server.answer(line, []);
  }
  await api.connections('a b');
  await api.disconnect('a b', 'c/1');
  await api.takeControl('a b');
  await api.invitations('a b');
  await api.invite('a b', 'see', 60);
  await api.revoke('a b', 'i1');
  expect(server.lines.slice(1)).toEqual(lines);
  expect(server.requests[5].init.body).toBe('{"rights":"see","seconds":60}');
});

it('returns the URL of an invitation', () => {
  const invitation = { id: 'i', rights: 'see' as const, ends: '', path: 'desktops/?desktop=a#invitation=s' };
  expect(api.invitationURL(invitation)).toBe(`${BASE}desktops/?desktop=a#invitation=s`);
});
