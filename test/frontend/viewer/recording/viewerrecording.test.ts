import FakeRFB from '../../fakes/rfb';
import { loadNoVNC } from '../../../../src/viewer/rfb';
import { english } from '../../fakes/translation';
import { DesktopViewer } from '../../../../src/viewer/desktopviewer';
import { DesktopConnection } from '../../../../src/services/connection';
import { DesktopError } from '../../../../src/services/errors';
import { ViewerRecording } from '../../../../src/viewer/recording/viewerrecording';
import { FakeAPI, modelOf } from '../../fakes/api';
import { FakeSocket } from '../../fakes/socket';

let api: FakeAPI;
let connection: DesktopConnection;
let viewer: DesktopViewer;
let recording: ViewerRecording;
const ended = jest.fn();

const pass = (milliseconds = 0) => jest.advanceTimersByTimeAsync(milliseconds);
const sign = () => viewer.node.querySelector<HTMLElement>('.jp-Desktop-recording')!;
const press = (label: string) =>
  [...sign().querySelectorAll('button')].find(node => node.textContent === label)!.click();
const answers = (verb: string) => api.calls.filter(call => call.startsWith(verb)).length;

async function open(isInvited = false): Promise<void> {
  recording = new ViewerRecording({ viewer, api, trans: english, isInvited, ended });
  connection.start();
  await pass();
  FakeRFB.last.connect();
  FakeRFB.last.paint();
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  ended.mockClear();
  FakeSocket.instances = [];
  FakeRFB.instances = [];
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  viewer = new DesktopViewer({ connection, node: document.createElement('div'), trans: english });
});

afterEach(() => {
  recording.dispose();
  recording.dispose();
  connection.dispose();
  viewer.dispose();
  jest.useRealTimers();
});

it('shows a recording that it begins, pauses and ends', async () => {
  await open();
  expect([recording.isOn, recording.canAct, sign().hidden]).toEqual([false, true, true]);
  await recording.start('a.mp4');
  expect([recording.isOn, sign().hidden]).toEqual([true, false]);
  press('Pause');
  await pass();
  expect(sign().textContent).toContain('Recording paused');
  press('Resume');
  await pass();
  expect(sign().textContent).not.toContain('paused');
  await recording.stop();
  await pass();
  expect([recording.isOn, sign().hidden]).toEqual([false, true]);
  expect(ended).toHaveBeenCalledWith('default', expect.objectContaining({ path: 'a.mp4', error: null }));
});

it('asks for the model while there is a recording, and tells how it has ended', async () => {
  api.set({ recording: { path: 'a.mp4', seconds: 5, bytes: 1000, paused: false } });
  await open();
  expect(sign().hidden).toBe(false);
  const before = answers('get');
  await pass(3000);
  expect(answers('get')).toBe(before + 1);
  api.lastRecording = { path: 'a.mp4', seconds: 7, bytes: 1000, ended: '', error: null };
  api.set();
  await pass(3000);
  expect(sign().hidden).toBe(true);
  expect(ended).toHaveBeenCalledWith('default', api.lastRecording);
  const after = answers('get');
  await pass(10000);
  expect(answers('get')).toBe(after);
});

it('shows an invited user that there is a recording, and no more', async () => {
  api.set({ recording: { path: '', seconds: 5, bytes: 1000, paused: false } });
  await open(true);
  expect(sign().hidden).toBe(false);
  expect([...sign().querySelectorAll('button')].every(node => node.hidden)).toBe(true);
  connection.update(modelOf());
  await pass();
  expect(answers('recording')).toBe(0);
});

it('says why a button had no effect', async () => {
  api.set({ recording: { path: 'a.mp4', seconds: 5, bytes: 1000, paused: false } });
  await open();
  api.error = new DesktopError({ status: 409, message: 'Another Jupyter server records this desktop.' });
  press('Stop Recording');
  await pass();
  expect(viewer.notice.node.textContent).toContain('Another Jupyter server records this desktop.');
});
