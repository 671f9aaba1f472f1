import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/model';

const PROGRAM: Desktop.IProgram = {
  id: 'program-1',
  name: 'Notebook.ipynb',
  action: 'click',
  x: 3,
  y: 4,
  paused: false,
  since: '2026-01-01T00:00:00Z'
};

let api: FakeAPI;
let connection: DesktopConnection;

const pass = () => jest.advanceTimersByTimeAsync(0);

beforeEach(async () => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: FakeSocket.open.bind(FakeSocket) });
  connection.start();
  await pass();
  FakeSocket.last.accept();
  connection.handshakeDone();
});

afterEach(() => {
  connection.dispose();
  jest.useRealTimers();
});

it('takes texts for news, which the RFB client does not get', () => {
  expect(FakeSocket.last.receive(JSON.stringify({ programs: [PROGRAM] }))).toBe(false);
  expect(connection.status.model?.programs).toEqual([PROGRAM]);
  expect(connection.status.model?.name).toBe('default');
});

it('leaves RFB to the RFB client', () => {
  expect(FakeSocket.last.receive(new ArrayBuffer(4))).toBe(true);
  expect(connection.status.model?.programs).toBeUndefined();
});

it('reads nothing from a socket that was closed', () => {
  const old = FakeSocket.last;
  connection.reconnect();
  expect(old.receive(JSON.stringify({ programs: [PROGRAM] }))).toBe(true);
  expect(connection.status.model?.programs).toBeUndefined();
});

it('pauses programs, and has the answer', async () => {
  api.set({ programs: [PROGRAM] });
  await connection.pausePrograms(true);
  expect(connection.status.model?.programs?.[0].paused).toBe(true);
  await connection.pausePrograms(false);
  expect(connection.status.model?.programs?.[0].paused).toBe(false);
  expect(api.calls.slice(-2)).toEqual(['pause default', 'resume default']);
});
