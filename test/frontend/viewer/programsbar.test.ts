import { english } from '../fakes/translation';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopError } from '../../../src/services/restapi';
import { ProgramsBar } from '../../../src/viewer/programsbar';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/model';

const PROGRAM: Desktop.IProgram = {
  id: 'program-1',
  name: 'Helper',
  action: 'click',
  x: 120,
  y: 40,
  paused: false,
  since: '2026-01-01T00:00:00Z'
};

const OWN: Desktop.IViewer = {
  id: 'c1',
  user: { username: 'me', name: 'Me' },
  rights: ['see', 'keys'],
  invited: false
};

const notify = jest.fn();
let api: FakeAPI;
let connection: DesktopConnection;
let node: HTMLElement;
let bar: ProgramsBar;

const pass = () => jest.advanceTimersByTimeAsync(0);
const button = () => bar.node.querySelector('button')!;

/** Show programs; return the bar's text. */
async function show(programs: Desktop.IProgram[], change: Partial<Desktop.IModel> = {}): Promise<string> {
  api.set({ programs, ...change });
  await connection.refresh();
  return bar.node.hidden ? '' : [...bar.node.querySelectorAll('span')].map(span => span.textContent).join('|');
}

beforeEach(async () => {
  jest.useFakeTimers();
  notify.mockClear();
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.set();
  api.nextTicket = { ticket: 't', connection: 'c1', rights: ['see', 'keys'] };
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  connection.start();
  await pass();
  connection.handshakeDone();
  node = document.createElement('div');
  bar = new ProgramsBar({ node, connection, trans: english, notify });
});

afterEach(() => {
  bar.dispose();
  bar.dispose();
  expect(node.children).toHaveLength(0);
  connection.dispose();
  jest.useRealTimers();
});

it.each<[string, Desktop.IProgram[]]>([
  ['', []],
  ['Helper is controlling this desktop.|Clicks at 120, 40', [PROGRAM]],
  ['Helper is controlling this desktop.|Types', [{ ...PROGRAM, action: 'type', x: null, y: null }]],
  ['Helper is controlling this desktop.|', [{ ...PROGRAM, action: 'toString' }]],
  ['Helper, Other are controlling this desktop.|Clicks at 1, 2', [PROGRAM, { ...PROGRAM, name: 'Other', x: 1, y: 2 }]],
  ['Helper is paused.|', [{ ...PROGRAM, paused: true }]],
  ['Helper, Other are paused.|', [PROGRAM, { ...PROGRAM, name: 'Other' }].map(each => ({ ...each, paused: true }))]
])('says "%s"', async (text, programs) => {
  expect(await show(programs)).toBe(text);
});

it('takes over with a click, and lets programs go on with another', async () => {
  await show([PROGRAM]);
  expect(button().textContent).toBe('Take Over');
  button().click();
  expect(button().disabled).toBe(true);
  await pass();
  expect(button().disabled).toBe(false);
  expect(button().textContent).toBe('Resume');
  button().click();
  await pass();
  expect(button().textContent).toBe('Take Over');
  expect(api.calls.filter(call => /^(pause|resume)/.test(call))).toEqual(['pause default', 'resume default']);
});

it('tells why programs cannot be paused', async () => {
  await show([PROGRAM]);
  api.error = new DesktopError({ status: 409, code: 'not-running', message: 'It is not running.' });
  button().click();
  await pass();
  expect(notify).toHaveBeenCalledWith('It is not running.');
  expect(button().disabled).toBe(false);
});

it('shows what programs do to those who may not pause them', async () => {
  expect(await show([PROGRAM], { viewers: [{ ...OWN, invited: true }] })).toContain('Helper');
  expect(button().hidden).toBe(true);
  await show([PROGRAM], { viewers: [{ ...OWN, rights: ['see'] }] });
  expect(button().hidden).toBe(true);
});

it('is hidden while the desktop is not connected', async () => {
  await show([PROGRAM]);
  FakeSocket.last.drop();
  expect(bar.node.hidden).toBe(true);
});
