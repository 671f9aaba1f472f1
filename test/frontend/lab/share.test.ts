import { nullTranslator } from '@jupyterlab/translation';

import { ShareBody } from '../../../src/lab/share';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopError } from '../../../src/services/restapi';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

const trans = nullTranslator.load('jupyterlab');

let api: FakeAPI;
let connection: DesktopConnection;
let body: ShareBody;

const settle = () => jest.advanceTimersByTimeAsync(10);

function button(label: string): HTMLButtonElement {
  return [...body.node.querySelectorAll('button')].find(({ textContent }) => textContent === label)!;
}

beforeEach(async () => {
  jest.useFakeTimers();
  api = new FakeAPI();
  api.nextTicket = { ticket: 't', rights: ['see', 'keys'], connection: 'me' };
  api.models.set(
    'default',
    modelOf({
      viewers: [
        { id: 'me', user: { username: 'ann', name: 'Ann' }, rights: ['see', 'keys'], invited: false },
        { id: 'guest', user: { username: 'bob', name: 'Bob' }, rights: ['see', 'keys'], invited: true }
      ]
    })
  );
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  connection.start();
  await settle();
  connection.handshakeDone();
  body = new ShareBody({ connection, api, trans });
  await settle();
  api.calls.length = 0;
});

afterEach(() => {
  body.dispose();
  connection.dispose();
  jest.useRealTimers();
});

it('creates a link, shows it and lists it until it is revoked', async () => {
  button('Copy New Link').click();
  await settle();
  expect(api.calls).toContain('invite default see 3600');
  expect(body.node.querySelector('input')!.value).toBe('http://server/desktops/?desktop=default#invitation=secret');
  button('Revoke').click();
  await settle();
  expect(api.calls).toContain('revoke default i0');
  expect(button('Revoke')).toBeUndefined();
});

it('lists the others, disconnects them and takes back control', async () => {
  expect(body.node.textContent).toContain('Bob: Control');
  expect(body.node.textContent).not.toContain('Ann');
  button('Disconnect').click();
  await settle();
  expect(api.calls).toContain('disconnect default guest');
  button('Take Back Control').click();
  await settle();
  expect(api.calls).toContain('control default');
});

it('shows why a request failed', async () => {
  api.invite = () => Promise.reject(new DesktopError({ status: 429, code: 'too-many', message: 'Too many links.' }));
  button('Copy New Link').click();
  await settle();
  expect(body.node.querySelector('[role="status"]')!.textContent).toBe('Too many links.');
});
