import FakeRFB from '../fakes/rfb';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { english } from '../fakes/translation';
import { DEFAULT_INPUT } from '../../../src/viewer/inputsettings';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/model';

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;
let node: HTMLElement;

const field = () => node.querySelector('textarea')!;
const hint = () => node.querySelector('.jp-Desktop-hint')!.textContent;

async function live(rights: Desktop.Right[] = ['see', 'keys', 'pointer']): Promise<void> {
  api.nextTicket = { ticket: 't', rights, connection: 'c1' };
  connection.start();
  await jest.advanceTimersByTimeAsync(0);
  FakeRFB.last.connect();
  FakeRFB.last.paint();
}

/** Whether the browser asks before it closes the page. */
function asks(): boolean {
  return !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
}

function chord(letter: string): void {
  const init = { ctrlKey: true, altKey: true, shiftKey: true, bubbles: true, cancelable: true };
  field().dispatchEvent(new KeyboardEvent('keydown', { ...init, code: `Key${letter}` }));
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  localStorage.clear();
  jest.spyOn(document, 'hasFocus').mockReturnValue(true);
  [FakeSocket.instances, FakeRFB.instances] = [[], []];
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  node = document.createElement('div');
  document.body.append(node);
  viewer = new DesktopViewer({ connection, node, trans: english });
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  expect(asks()).toBe(false);
  jest.useRealTimers();
});

describe('keys that are sent', () => {
  it('go down in order and up in reverse, and the desktop has the focus', async () => {
    await live();
    viewer.input.sendKeys('Ctrl+W');
    expect(FakeRFB.last.calls).toEqual([
      ['key', 0xffe3, 'ControlLeft', true],
      ['key', 0x77, '', true],
      ['key', 0x77, '', false],
      ['key', 0xffe3, 'ControlLeft', false]
    ]);
    expect(document.activeElement).toBe(field());
  });

  it('are named if they are unknown', async () => {
    await live();
    viewer.input.sendKeys('Ctrl+Foo');
    expect(FakeRFB.last.calls).toEqual([]);
    expect(node.querySelector('.jp-Desktop-notice')!.textContent).toContain('there is no key “Foo”');
  });
});

describe('the question before the page closes', () => {
  it('comes only while the desktop is connected and has the keyboard', async () => {
    field().focus();
    expect(asks()).toBe(false);
    await live();
    viewer.focus();
    expect(asks()).toBe(true);
    field().blur();
    expect(asks()).toBe(false);
    viewer.focus();
    FakeSocket.last.drop(1006);
    expect(asks()).toBe(false);
  });

  it('does not come while the page has the keys', async () => {
    await live();
    viewer.focus();
    chord('K');
    expect(asks()).toBe(false);
    chord('K');
    expect(asks()).toBe(true);
  });

  it('does not come to those who may only look', async () => {
    await live(['see']);
    viewer.focus();
    expect(asks()).toBe(false);
  });

  it('can be turned off, which takes effect at once', async () => {
    await live();
    viewer.focus();
    viewer.input.settings = { ...DEFAULT_INPUT, confirmClose: false };
    expect(asks()).toBe(false);
  });

  it('does not come in full screen with all keys', async () => {
    await live();
    viewer.focus();
    const lock = jest.fn().mockResolvedValue(undefined);
    Object.defineProperty(navigator, 'keyboard', { value: { lock, unlock: jest.fn() }, configurable: true });
    let element: Element | null = null;
    Object.defineProperty(document, 'fullscreenElement', { get: () => element, configurable: true });
    node.requestFullscreen = () => {
      element = node;
      document.dispatchEvent(new Event('fullscreenchange'));
      return Promise.resolve();
    };
    await viewer.fullScreen.toggle();
    expect(asks()).toBe(false);
    element = null;
    document.dispatchEvent(new Event('fullscreenchange'));
    expect(asks()).toBe(true);
    lock.mockRejectedValue(new Error('not allowed'));
    await viewer.fullScreen.toggle();
    expect(asks()).toBe(true);
    Reflect.deleteProperty(document, 'fullscreenElement');
    Reflect.deleteProperty(navigator, 'keyboard');
  });
});

it('sends Cmd as Ctrl or as Alt, which takes effect at once', async () => {
  Object.defineProperty(navigator, 'platform', { value: 'MacIntel', configurable: true });
  await live();
  viewer.focus();
  const seen: string[] = [];
  FakeRFB.last.canvas.addEventListener('keydown', event => seen.push(event.code));
  const press = () => field().dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyC', key: 'c', metaKey: true }));
  press();
  expect(seen).toEqual(['ControlLeft', 'KeyC']);
  viewer.input.settings = { ...DEFAULT_INPUT, commandKey: 'alt' };
  press();
  expect(seen).toEqual(['ControlLeft', 'KeyC', 'KeyC']);
  Reflect.deleteProperty(navigator, 'platform');
});

describe('the hint', () => {
  it('goes when one of its chords is pressed', async () => {
    await live();
    viewer.focus();
    expect(hint()).not.toBe('');
    chord('K');
    expect(hint()).toBe('');
  });

  it('comes the first time that a desktop gets the keyboard, for a while', async () => {
    viewer.focus();
    expect(hint()).toBe('');
    await live();
    viewer.focus();
    expect(hint()).toContain('Ctrl+Alt+Shift+L');
    expect(document.activeElement).toBe(field());
    await jest.advanceTimersByTimeAsync(8000);
    expect(hint()).toBe('');
    field().blur();
    viewer.focus();
    expect(hint()).toBe('');
  });

  it('does not come to those who may only look', async () => {
    await live(['see']);
    viewer.focus();
    expect(hint()).toBe('');
  });

  it('does not come if the browser stores nothing', async () => {
    jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    await live();
    viewer.focus();
    expect(hint()).toBe('');
  });
});

it('names the picture and the keyboard for screen readers', async () => {
  await live();
  expect(FakeRFB.last.canvas.getAttribute('role')).toBe('img');
  expect(FakeRFB.last.canvas.getAttribute('aria-label')).toBe('Screen of Desktop');
  expect(field().getAttribute('aria-label')).toContain('Keyboard of the desktop');
  expect(field().tabIndex).toBe(0);
});

it('marks that a click has moved the focus, until it leaves', async () => {
  await live();
  const screen = node.querySelector('.jp-Desktop-screen')!;
  viewer.focus();
  expect(screen.classList).not.toContain('jp-mod-pointer');
  FakeRFB.last.canvas.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
  expect(screen.classList).toContain('jp-mod-pointer');
  field().blur();
  expect(screen.classList).not.toContain('jp-mod-pointer');
});
