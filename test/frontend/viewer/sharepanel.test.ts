import { english } from '../fakes/translation';
import { showShare } from '../../../src/page/share';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopError } from '../../../src/services/restapi';
import { SharePanel } from '../../../src/viewer/sharing/sharepanel';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/model';

const ME: Desktop.IConnection = {
  id: 'c1',
  user: { username: 'me', name: 'Me' },
  rights: ['see', 'keys', 'pointer'],
  since: '2026-01-01T12:00:00Z',
  invitation: null
};
const ANN: Desktop.IConnection = { ...ME, id: 'c2', user: { username: 'ann', name: 'Ann' }, invitation: 'i1' };

let api: FakeAPI;
let connection: DesktopConnection;
let panel: SharePanel;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function button(text: string, within: Element = panel.node): HTMLButtonElement {
  return [...within.querySelectorAll('button')].find(({ textContent }) => textContent === text)!;
}

function items(list: string): string[] {
  return [...panel.node.querySelectorAll(`.jp-Desktop-${list} li > span`)].map(({ textContent }) => textContent ?? '');
}

function problem(): string {
  return panel.node.querySelector('[role=alert]')!.textContent ?? '';
}

beforeEach(async () => {
  jest.useFakeTimers({ now: Date.parse('2026-01-01T12:30:00Z') });
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.set();
  api.nextTicket = { ticket: 't', rights: ME.rights, connection: ME.id };
  api.connected = [ME];
  connection = new DesktopConnection({ name: 'default', api, openSocket: FakeSocket.open.bind(FakeSocket) });
  connection.start();
  await pass();
  connection.handshakeDone();
  api.calls.length = 0;
  panel = new SharePanel({ connection, api, trans: english });
  document.body.append(panel.node);
  await pass();
});

afterEach(() => {
  panel.dispose();
  panel.dispose();
  connection.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('links', () => {
  it('are created to view only, for an hour, unless the user chooses otherwise', async () => {
    button('Create Link').click();
    await pass();
    expect(api.calls).toContain('invite default see 3600');
    const link = panel.node.querySelector<HTMLInputElement>('input[aria-label=Link]')!;
    expect(link.value).toBe('http://server/desktops/?desktop=default#invitation=secret');
    expect(link.readOnly).toBe(true);
    expect(items('invitations')[0]).toContain('view only, until ');
  });

  it('are created to control, for another duration', async () => {
    panel.node.querySelector<HTMLInputElement>('input[value=control]')!.click();
    panel.node.querySelector('select')!.value = '900';
    button('Create Link').click();
    await pass();
    expect(api.calls).toContain('invite default control 900');
    expect(items('invitations')[0]).toContain('control, until ');
  });

  it('are copied', async () => {
    const writeText = jest.fn(() => Promise.resolve());
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    button('Create Link').click();
    await pass();
    button('Copy Link').click();
    await pass();
    expect(writeText).toHaveBeenCalledWith('http://server/desktops/?desktop=default#invitation=secret');
    expect(button('Copied')).toBeDefined();
  });

  it('are selected if there is no clipboard', async () => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    button('Create Link').click();
    await pass();
    button('Copy Link').click();
    await pass();
    expect(document.activeElement).toBe(panel.node.querySelector('input[aria-label=Link]'));
  });

  it('are revoked', async () => {
    button('Create Link').click();
    await pass();
    button('Revoke').click();
    await pass();
    expect(api.calls).toContain('revoke default i0');
    expect(panel.node.querySelector('.jp-Desktop-invitations')!.textContent).toBe('No links.');
  });
});

describe('connections', () => {
  it('are listed with their user, rights and time', () => {
    expect(items('connections')).toHaveLength(1);
    expect(items('connections')[0]).toContain('Me (this view): control, since ');
    expect(button('Disconnect')).toBeUndefined();
    expect(button('Take Back Control').disabled).toBe(true);
  });

  it('are listed as they come and go', async () => {
    api.connected = [ME, ANN];
    await pass(3000);
    expect(items('connections')[1]).toContain('Ann: control, since ');
    api.connected = [ME];
    await pass(3000);
    expect(items('connections')).toHaveLength(1);
  });

  it('keep their elements, and with them the focus, if nothing changes', async () => {
    api.connected = [ME, ANN];
    await pass(3000);
    button('Disconnect').focus();
    await pass(9000);
    expect(document.activeElement).toBe(button('Disconnect'));
  });

  it('are closed', async () => {
    api.connected = [ME, ANN];
    await pass(3000);
    button('Disconnect').click();
    await pass();
    expect(api.calls).toContain('disconnect default c2');
    expect(items('connections')).toHaveLength(1);
  });

  it('lose control', async () => {
    api.connected = [ME, ANN];
    await pass(3000);
    button('Take Back Control').click();
    await pass();
    expect(api.calls).toContain('control default');
    api.connected = [ME, { ...ANN, rights: ['see'] }];
    await pass(3000);
    expect(items('connections')[1]).toContain('Ann: view only');
    expect(button('Take Back Control').disabled).toBe(true);
  });

  it('show names as text', async () => {
    api.connected = [{ ...ANN, user: { username: 'x', name: '<img src=x>' } }];
    await pass(3000);
    expect(panel.node.querySelector('img')).toBeNull();
    expect(items('connections')[0]).toContain('<img src=x>');
  });
});

it('shows errors until the next request succeeds', async () => {
  api.error = new DesktopError({ status: 400, code: 'bad-field', message: 'Too long.' });
  button('Create Link').click();
  await pass();
  expect(problem()).toBe('Too long.');
  api.error = null;
  await pass(3000);
  expect(problem()).toBe('');
});

it('reports that the server does not respond', async () => {
  api.error = new DesktopError({ status: 0, message: 'TypeError' });
  await pass(3000);
  expect(problem()).toBe('The Jupyter server does not respond.');
});

it('stops polling when it is closed', async () => {
  panel.dispose();
  const calls = api.calls.length;
  await pass(60000);
  expect(api.calls).toHaveLength(calls);
});

describe('the dialog of the plain page', () => {
  beforeEach(() => {
    // jsdom lacks modal dialogs.
    HTMLDialogElement.prototype.showModal = jest.fn();
    HTMLDialogElement.prototype.close = function () {
      this.dispatchEvent(new Event('close'));
    };
  });

  it('is removed when it is closed', async () => {
    panel.dispose();
    showShare(connection, api, english);
    const dialog = document.querySelector('dialog')!;
    expect(dialog.querySelector('h2')!.textContent).toBe('Share Desktop');
    await pass();
    button('Close', dialog).click();
    expect(document.querySelector('dialog')).toBeNull();
  });
});
