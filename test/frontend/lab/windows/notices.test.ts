import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

import { WindowNotices, WINDOWS_EVENT } from '../../../../src/lab/windows/notices';
import { FakeAPI } from '../../fakes/api';
import { english } from '../../fakes/translation';

import type { Desktop } from '../../../../src/model';

let api: FakeAPI;
let events: Signal<object, WindowNotices.IEvent>;
let notices: WindowNotices;
let visible: boolean;
let wanted: boolean;
let shown: string[];
let muted: string[];
let own: string[];

const HOUR = Date.parse('2026-01-01T01:00:00Z');

/** A window that has appeared some seconds after the first. */
function windowOf(second: number, change: Partial<Desktop.INewWindow> = {}): Desktop.INewWindow {
  const number = HOUR + second * 1000;
  return { number, title: `Figure ${second}`, application: 'Gnuplot', dialog: false, urgent: false, ...change };
}

/** Let these windows be open, and the server say so. */
async function report(windows: Desktop.INewWindow[], since = 0): Promise<void> {
  api.appeared = windows;
  events.emit({ schema_id: WINDOWS_EVENT, name: 'default', since });
  await new Promise(resolve => setTimeout(resolve));
}

const messages = () => Notification.manager.notifications.map(({ message }) => message);

beforeEach(() => {
  api = new FakeAPI();
  api.set();
  events = new Signal({});
  [visible, wanted, shown, muted, own] = [false, true, [], [], []];
  notices = new WindowNotices({
    api,
    events,
    trans: english,
    isVisible: () => visible,
    isWanted: () => wanted,
    connections: () => own,
    show: name => shown.push(name),
    mute: name => muted.push(name)
  });
});

afterEach(() => {
  notices.dispose();
  Notification.dismiss();
});

it('tells of a window, and opens or mutes its desktop', async () => {
  await report([windowOf(1)]);
  expect(messages()).toEqual(['A window has appeared on "Desktop": Figure 1 (Gnuplot)']);
  const [{ options }] = Notification.manager.notifications;
  expect(options.autoClose).toBe(false);
  for (const { callback } of options.actions!) {
    callback(new MouseEvent('click'));
  }
  expect([shown, muted]).toEqual([['default'], ['default']]);
});

it('updates one notice for many windows, and names the one that asks something', async () => {
  await report([windowOf(1)]);
  const [{ id }] = Notification.manager.notifications;
  await report([windowOf(1), windowOf(2, { title: 'Passphrase', dialog: true }), windowOf(3)]);
  expect(messages()).toEqual(['3 windows have appeared on "Desktop", such as: Passphrase (Gnuplot)']);
  expect(Notification.manager.notifications[0].id).toBe(id);
});

it('removes the notice when the windows are closed', async () => {
  await report([windowOf(1), windowOf(2)]);
  await report([]);
  expect(messages()).toEqual([]);
});

it('tells nothing of windows that were there before', async () => {
  await report([windowOf(1), windowOf(2)], windowOf(1).number);
  expect(messages()).toEqual(['A window has appeared on "Desktop": Figure 2 (Gnuplot)']);
});

it.each([
  ['is visible', () => (visible = true), () => (visible = false)],
  ['is muted', () => (wanted = false), () => (wanted = true)]
])('tells nothing of a desktop that %s, neither then nor later', async (_, before, after) => {
  before();
  await report([windowOf(1)]);
  after();
  await report([windowOf(1), windowOf(2)]);
  expect(messages()).toEqual(['A window has appeared on "Desktop": Figure 2 (Gnuplot)']);
});

it('removes the notice when the desktop is shown', async () => {
  await report([windowOf(1)]);
  visible = true;
  notices.update();
  expect(messages()).toEqual([]);
  visible = false;
  await report([windowOf(1), windowOf(2)]);
  expect(messages()).toEqual(['A window has appeared on "Desktop": Figure 2 (Gnuplot)']);
});

it('tells of a window once, if the user removes the notice', async () => {
  await report([windowOf(1)]);
  Notification.dismiss(Notification.manager.notifications[0].id);
  await report([windowOf(1)]);
  expect(messages()).toEqual([]);
});

describe('with viewers', () => {
  const viewer = { id: 'a', user: { username: 'me', name: 'Me' }, rights: [], invited: false };

  it.each([
    ['in another window, just now', [], '2026-01-01T00:59:55Z', 0],
    ['in another window, long ago', [], '2026-01-01T00:40:00Z', 1],
    ['in a hidden panel of this page', ['a'], '2026-01-01T00:59:55Z', 1]
  ])('counts input %s', async (_, connections, activity, count) => {
    own = connections;
    api.set({ viewers: [viewer], last_activity: activity });
    await report([windowOf(0)]);
    expect(messages()).toHaveLength(count);
  });
});

it.each([
  [{ title: '', application: '' }, 'without a title'],
  [{ title: '' }, 'Gnuplot'],
  [{ title: 'Gnuplot' }, 'Gnuplot'],
  [{ title: '😀'.repeat(100), application: '' }, `${'😀'.repeat(59)}…`]
])('describes %j', async (change, text) => {
  await report([windowOf(1, change)]);
  expect(messages()).toEqual([`A window has appeared on "Desktop": ${text}`]);
});

it('ignores other events, and errors', async () => {
  events.emit({ schema_id: 'https://other', name: 'default', since: 0 });
  events.emit({ schema_id: WINDOWS_EVENT, name: 1, since: 0 });
  api.appeared = null;
  events.emit({ schema_id: WINDOWS_EVENT, name: 'default', since: 0 });
  await new Promise(resolve => setTimeout(resolve));
  expect(messages()).toEqual([]);
});
