import FakeRFB from '../fakes/rfb';
import { english } from '../fakes/translation';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { DEFAULT_INPUT } from '../../../src/viewer/inputsettings';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { IInputSettings } from '../../../src/viewer/inputsettings';

let connection: DesktopConnection;
let viewer: DesktopViewer;
let written: string[];

const sent = () => FakeRFB.last.calls.filter(call => Array.isArray(call) && call[0] === 'clipboard');
const notice = () => viewer.node.querySelector('.jp-Desktop-notice')!.textContent;

beforeAll(() => loadNoVNC());

beforeEach(async () => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  written = [];
  Object.assign(navigator.clipboard, {
    readText: () => Promise.resolve('from the browser'),
    writeText: (text: string) => Promise.resolve(void written.push(text))
  });
  const api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  const node = document.createElement('main');
  document.body.append(node);
  viewer = new DesktopViewer({ connection, node, trans: english });
  connection.start();
  await jest.advanceTimersByTimeAsync(0);
  FakeRFB.last.connect();
  FakeRFB.last.paint();
  viewer.focus();
  jest.spyOn(document, 'hasFocus').mockReturnValue(true);
});

afterEach(() => {
  viewer.dispose();
  connection.dispose();
  jest.useRealTimers();
});

/** Try both directions, after a change of the setting. */
async function exchange(clipboard: IInputSettings['clipboard']): Promise<[toDesktop: boolean, fromDesktop: boolean]> {
  viewer.applySettings({ input: { ...DEFAULT_INPUT, clipboard } });
  FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text: 'from the desktop' } }));
  await jest.advanceTimersByTimeAsync(0);
  await viewer.input.sendClipboard();
  return [sent().length > 0, written.length > 0];
}

it.each([
  ['both', true, true],
  ['to-desktop', true, false],
  ['from-desktop', false, true],
  ['off', false, false]
] as const)('copies in the directions that the user chose: %s', async (clipboard, toDesktop, fromDesktop) => {
  expect(await exchange(clipboard)).toEqual([toDesktop, fromDesktop]);
  expect(notice()).toContain(toDesktop ? '' : 'You cannot paste here');
});
