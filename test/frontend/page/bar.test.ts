import FakeRFB from '../fakes/rfb';
import { addBar } from '../../../src/page/bar';
import { english } from '../fakes/translation';
import { PageSettings } from '../../../src/page/settings';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { DesktopSound } from '../../../src/viewer/sound/desktopsound';
import { settingsTable } from '../../../src/viewer/settings/table';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';
import { installSound } from '../fakes/sound';

import type { Desktop } from '../../../src/model';

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;
let sound: DesktopSound;
let settings: PageSettings;
let addMonitor: jest.Mock;

const bar = () => viewer.node.querySelector<HTMLElement>('.jp-Desktop-bar')!;
const button = (name: string) => [...bar().querySelectorAll('button')].find(node => node.textContent === name)!;
const menu = (name: string) => bar().querySelector<HTMLElement>(`[role="menu"][aria-label="${name}"]`)!;

function key(name: string): void {
  document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
}

async function live(rights: Desktop.Right[] = ['see', 'keys', 'pointer']): Promise<void> {
  api.nextTicket = { ticket: 't', rights, connection: 'c1' };
  connection.start();
  await jest.advanceTimersByTimeAsync(0);
  FakeRFB.last.connect();
  FakeRFB.last.paint();
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  localStorage.clear();
  [FakeSocket.instances, FakeRFB.instances] = [[], []];
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  const node = document.createElement('main');
  document.body.append(node);
  settings = new PageSettings(settingsTable(english), 'default');
  viewer = new DesktopViewer({ connection, node, trans: english, settings: settings.current });
  addMonitor = jest.fn();
  sound = new DesktopSound({
    connection,
    api,
    trans: english,
    volume: 100,
    remember: jest.fn(),
    notify: jest.fn()
  });
  addBar({ viewer, trans: english, settings, sound, screenshot: jest.fn(), addMonitor });
});

afterEach(() => {
  sound.dispose();
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
});

it('adds a monitor if the desktop can have one, and else says so', async () => {
  api.set({ several_monitors: true });
  await live(['see', 'keys', 'pointer', 'resize']);
  expect([button('Add Monitor').disabled, button('Add Monitor').hidden]).toEqual([false, false]);
  button('Add Monitor').click();
  expect(addMonitor).toHaveBeenCalled();
  api.set({});
  await connection.refresh();
  expect(button('Add Monitor').disabled).toBe(true);
  expect(button('Add Monitor').title).toBe('This desktop cannot have several monitors.');
});

it('shows no button for a monitor to those who may not resize', async () => {
  api.set({ several_monitors: true });
  await live(['see', 'keys', 'pointer']);
  expect(button('Add Monitor').hidden).toBe(true);
});

it('sends the keys that are chosen from its menu', async () => {
  await live();
  button('Send Keys').click();
  expect(button('Send Keys').getAttribute('aria-expanded')).toBe('true');
  button('F5').click();
  expect(FakeRFB.last.calls).toEqual([
    ['key', 0xffc2, 'F5', true],
    ['key', 0xffc2, 'F5', false]
  ]);
  expect(menu('Send Keys').hidden).toBe(true);
  expect(document.activeElement).toBe(viewer.node.querySelector('textarea'));
});

it('has menus for the keyboard', async () => {
  await live();
  button('Send Keys').focus();
  key('ArrowDown');
  expect(document.activeElement).toBe(button('Ctrl+Alt+Del'));
  key('ArrowDown');
  expect(document.activeElement).toBe(button('Ctrl+W'));
  key('ArrowUp');
  key('ArrowUp');
  expect(document.activeElement).toBe(button('F12'));
  key('ArrowDown');
  expect(document.activeElement).toBe(button('Ctrl+Alt+Del'));
  key('End');
  expect(document.activeElement).toBe(button('F12'));
  key('Escape');
  expect(document.activeElement).toBe(button('Send Keys'));
  expect(menu('Send Keys').hidden).toBe(true);
  key('ArrowUp');
  expect(document.activeElement).toBe(button('F12'));
});

it('sends keys only if the desktop takes them', async () => {
  expect(button('Send Keys').disabled).toBe(true);
  await live();
  expect(button('Send Keys').disabled).toBe(false);
});

it('has no keys to send without the right', async () => {
  await live(['see', 'pointer']);
  expect(button('Send Keys').hidden).toBe(true);
});

it('adds the keys of the settings to its menu', async () => {
  await live();
  settings.set(null, 'sendKeys', ['Ctrl+Alt+F2']);
  button('Send Keys').click();
  expect(button('Ctrl+Alt+F2')).toBeDefined();
});

it('shows the statistics, and says whether it does', async () => {
  await live();
  const item = button('Show Statistics');
  button('Settings').click();
  expect(item.getAttribute('aria-checked')).toBe('false');
  item.click();
  expect(settings.current.showStatistics).toBe(true);
  button('Settings').click();
  expect(item.getAttribute('aria-checked')).toBe('true');
});

it('opens the drawer, which gives the focus back', async () => {
  await live();
  button('Settings').click();
  button('Settings…').click();
  const drawer = viewer.node.querySelector<HTMLElement>('.jp-Desktop-drawer')!;
  expect(drawer.contains(document.activeElement)).toBe(true);
  key('Escape');
  expect(drawer.hidden).toBe(true);
  expect(document.activeElement).toBe(button('Settings'));
});

it('has names for screen readers', () => {
  expect(bar().getAttribute('aria-label')).toBe('Desktop');
  for (const node of bar().querySelectorAll('button')) {
    expect(node.getAttribute('aria-label') ?? node.textContent).not.toBe('');
  }
});

it('has the speaker of a desktop with sound, which gives the focus back', async () => {
  installSound();
  const toggle = jest.spyOn(sound, 'toggle').mockReturnValue(undefined);
  const speaker = () => bar().querySelector<HTMLElement>('.jp-Desktop-sound')!;
  expect(speaker().hidden).toBe(true);
  api.set({ sound: true });
  await live(['see', 'keys', 'pointer', 'hear']);
  expect(speaker().hidden).toBe(false);
  const focus = jest.spyOn(viewer, 'focus');
  speaker().querySelector('button')!.click();
  expect(toggle).toHaveBeenCalledTimes(1);
  expect(focus).toHaveBeenCalled();
});
