import FakeRFB from '../fakes/rfb';
import { addBar } from '../../../src/page/bar';
import { english } from '../fakes/translation';
import { storedInput } from '../../../src/page/settings';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/model';

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;

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
  viewer = new DesktopViewer({ connection, node, trans: english, settings: { input: storedInput() } });
  addBar({ viewer, trans: english });
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
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

it('stores the settings', async () => {
  await live();
  const item = button('Ask before closing the page');
  button('Settings').click();
  expect(item.getAttribute('aria-checked')).toBe('true');
  item.click();
  expect(viewer.input.settings.confirmClose).toBe(false);
  expect(storedInput()).toEqual({ commandKey: 'control', confirmClose: false });
  button('Settings').click();
  expect(item.getAttribute('aria-checked')).toBe('false');
});

it('ignores stored settings that it does not understand', () => {
  for (const text of ['{', 'null', '{"commandKey": 7}']) {
    localStorage.setItem('jupyter-vnc-proxy:input', text);
    expect(storedInput()).toEqual({ commandKey: 'control', confirmClose: true });
  }
});

it('offers what Cmd is on a Mac', () => {
  Object.defineProperty(navigator, 'platform', { value: 'MacIntel', configurable: true });
  bar().remove();
  addBar({ viewer, trans: english });
  button('Cmd is Ctrl on the desktop').click();
  expect(viewer.input.settings.commandKey).toBe('alt');
  Reflect.deleteProperty(navigator, 'platform');
});

it('has names for screen readers', () => {
  expect(bar().getAttribute('aria-label')).toBe('Desktop');
  for (const node of bar().querySelectorAll('button')) {
    expect(node.textContent).not.toBe('');
  }
});
