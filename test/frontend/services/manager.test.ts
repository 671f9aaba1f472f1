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

it('asks for the list at once, and every ten seconds', async () => {
  const first = listings();
  expect(first).toBe(1);
  await pass(30000);
  expect(listings()).toBe(first + 3);
});

it('tells of a change, and of nothing else', async () => {
  const changed = jest.fn();
  manager.changed.connect((_, models) => void changed(models.map(({ name }) => name)));
  api.set({ name: 'a' });
  await pass(30000);
  expect(changed.mock.calls).toEqual([[['a']]]);
  expect(manager.desktops()).toEqual([modelOf({ name: 'a' })]);
});

it('asks less often while the server does not answer', async () => {
  api.refusal = new DesktopError({ status: 0, message: 'no answer' });
  await pass(10000);
  const before = listings();
  await pass(60000);
  expect(listings() - before).toBeLessThan(6);
});

it('stops asking where the server side is missing', async () => {
  api.refusal = new DesktopError({ status: 404, code: DesktopError.MISSING, message: '' });
  await pass(10000);
  const before = listings();
  await pass(600000);
  expect(listings()).toBe(before);
});

it.each(['start', 'stop', 'restart'] as const)('asks for the list after %s', async verb => {
  api.set({ name: 'a', phase: 'stopped' });
  const before = listings();
  await manager[verb]('a');
  await pass(100);
  expect(listings()).toBeGreaterThan(before);
  expect(manager.desktops()[0].name).toBe('a');
});

it('lists a desktop that was created, and no longer one that was deleted', async () => {
  await manager.create({ name: 'b' });
  await pass(100);
  expect(manager.desktops().map(({ name }) => name)).toEqual(['b']);
  await manager.delete('b');
  await pass(100);
  expect(manager.desktops()).toEqual([]);
});

it('lists at once what a session has seen', async () => {
  const session = manager.connectTo('default');
  session.start();
  await pass();
  expect(manager.desktops()).toMatchObject([{ name: 'default', phase: 'starting' }]);
});

it('tells its sessions of a desktop that was started elsewhere', async () => {
  api.set({ phase: 'stopped' });
  const session = manager.connectTo('default');
  session.attach();
  await pass();
  expect(session.status.phase).toBe('stopped');
  api.set({ phase: 'starting', step: 'display' });
  await pass(10000);
  expect(session.status.phase).toBe('starting');
});

it('tells its sessions of a desktop that was removed elsewhere', async () => {
  api.set({ name: 'work', phase: 'stopped' });
  const session = manager.connectTo('work');
  session.attach();
  await pass();
  api.models.clear();
  await pass(10000);
  expect(session.status).toMatchObject({ model: null, problem: { code: 'unknown-desktop' } });
  expect(manager.desktops()).toEqual([]);
});

it('keeps the order of the list when a session has seen a change', async () => {
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

it('disposes of its sessions with itself', () => {
  const session = manager.connectTo('default');
  manager.dispose();
  manager.dispose();
  expect(session.isDisposed).toBe(true);
});
