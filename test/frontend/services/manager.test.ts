import { DesktopError } from '../../../src/services/restapi';
import { DesktopManager } from '../../../src/services/manager';
import { FakeAPI, modelOf } from '../fakes/api';

let api: FakeAPI;
let manager: DesktopManager;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function listings(): number {
  return api.calls.filter(call => call === 'list').length;
}

beforeEach(async () => {
  jest.useFakeTimers();
  api = new FakeAPI();
  manager = new DesktopManager({ api, prepare: () => Promise.resolve(), standby: 'never' });
  await pass(100);
});

afterEach(() => {
  manager.dispose();
  jest.useRealTimers();
});

it('fetches the list immediately, and every ten seconds', async () => {
  const first = listings();
  expect(first).toBe(1);
  await pass(30000);
  expect(listings()).toBe(first + 3);
});

it('emits a signal only if the list has changed', async () => {
  const changed = jest.fn();
  manager.changed.connect((_, models) => void changed(models.map(({ name }) => name)));
  api.set({ name: 'a' });
  await pass(30000);
  expect(changed.mock.calls).toEqual([[['a']]]);
  expect(manager.desktops()).toEqual([modelOf({ name: 'a' })]);
});

it('polls less often while the server does not respond', async () => {
  api.error = new DesktopError({ status: 0, message: 'no answer' });
  await pass(10000);
  const before = listings();
  await pass(60000);
  expect(listings() - before).toBeLessThan(6);
});

it('stops polling if the server extension is missing', async () => {
  api.error = new DesktopError({ status: 404, code: DesktopError.MISSING, message: '' });
  await pass(10000);
  const before = listings();
  await pass(600000);
  expect(listings()).toBe(before);
});

it.each(['start', 'stop', 'restart'] as const)('fetches the list after %s', async verb => {
  api.set({ name: 'a', phase: 'stopped' });
  const before = listings();
  await manager[verb]('a');
  await pass(100);
  expect(listings()).toBeGreaterThan(before);
  expect(manager.desktops()[0].name).toBe('a');
});

it('lists a desktop after it was created, and not after it was deleted', async () => {
  await manager.create({ name: 'b' });
  await pass(100);
  expect(manager.desktops().map(({ name }) => name)).toEqual(['b']);
  await manager.delete('b');
  await pass(100);
  expect(manager.desktops()).toEqual([]);
});

it('lists a change that a connection has seen immediately', async () => {
  const connection = manager.connectTo('default');
  connection.start();
  await pass();
  expect(manager.desktops()).toMatchObject([{ name: 'default', phase: 'starting' }]);
});

it('updates its connections when a desktop was started elsewhere', async () => {
  api.set({ phase: 'stopped' });
  const connection = manager.connectTo('default');
  connection.attach();
  await pass();
  expect(connection.status.phase).toBe('stopped');
  api.set({ phase: 'starting', step: 'display' });
  await pass(10000);
  expect(connection.status.phase).toBe('starting');
});

it('updates its connections when a desktop was removed elsewhere', async () => {
  api.set({ name: 'work', phase: 'stopped' });
  const connection = manager.connectTo('work');
  connection.attach();
  await pass();
  api.models.clear();
  await pass(10000);
  expect(connection.status).toMatchObject({ model: null, problem: { code: 'unknown-desktop' } });
  expect(manager.desktops()).toEqual([]);
});

it('keeps the list sorted when a connection has seen a change', async () => {
  for (const name of ['a', 'b', 'c']) {
    api.set({ name, phase: 'stopped' });
  }
  await pass(10000);
  manager.connectTo('a').start();
  await pass();
  expect(manager.desktops().map(({ name, phase }) => [name, phase])).toEqual([
    ['a', 'starting'],
    ['b', 'stopped'],
    ['c', 'stopped']
  ]);
});

it('disposes its connections with itself', () => {
  const connection = manager.connectTo('default');
  manager.dispose();
  manager.dispose();
  expect(connection.isDisposed).toBe(true);
});
