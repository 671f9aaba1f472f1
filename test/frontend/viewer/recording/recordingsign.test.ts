import { english } from '../../fakes/translation';
import { RecordingSign } from '../../../../src/viewer/recording/recordingsign';
import { endedText, lengthText, newFileName, sizeText } from '../../../../src/viewer/recording/recordingtexts';

import type { Desktop } from '../../../../src/model';

const RECORDING: Desktop.IRecording = { path: 'a.mp4', seconds: 61, bytes: 2_345_678, paused: false };
const ENDED: Desktop.IEndedRecording = { ...RECORDING, ended: '2026-01-01T00:00:00Z', error: null };

const act = jest.fn(() => Promise.resolve());
let sign: RecordingSign;

beforeEach(() => {
  jest.useFakeTimers();
  act.mockClear();
  sign = new RecordingSign({ trans: english, act });
});

afterEach(() => {
  sign.dispose();
  sign.dispose();
  jest.useRealTimers();
});

const texts = () => [...sign.node.querySelectorAll('span:not(:empty)')].map(node => node.textContent);
const buttons = () =>
  [...sign.node.querySelectorAll('button')].filter(node => !node.hidden).map(node => node.textContent);
const press = (label: string) =>
  [...sign.node.querySelectorAll('button')].find(node => node.textContent === label)!.click();

it('is hidden without a recording', () => {
  expect(sign.node.hidden).toBe(true);
  sign.update(RECORDING, true);
  expect(sign.node.hidden).toBe(false);
  sign.update(null, true);
  expect(sign.node.hidden).toBe(true);
});

it('counts on between two answers of the server, unless the recording is paused', () => {
  sign.update(RECORDING, true);
  expect(texts()).toEqual(['Recording', '1:01 · 2.3 MB']);
  jest.advanceTimersByTime(2000);
  sign.update(RECORDING, true);
  expect(texts()).toEqual(['Recording', '1:03 · 2.3 MB']);
  sign.update({ ...RECORDING, paused: true }, true);
  jest.advanceTimersByTime(5000);
  expect(texts()).toEqual(['Recording paused', '1:01 · 2.3 MB']);
});

it('has buttons for those who may act', async () => {
  sign.update(RECORDING, false);
  expect(buttons()).toEqual([]);
  sign.update(RECORDING, true);
  expect(buttons()).toEqual(['Pause', 'Stop Recording']);
  press('Pause');
  expect(sign.node.querySelector('button')!.disabled).toBe(true);
  await Promise.resolve();
  await Promise.resolve();
  expect(sign.node.querySelector('button')!.disabled).toBe(false);
  sign.update({ ...RECORDING, paused: true }, true);
  press('Resume');
  press('Stop Recording');
  expect(act.mock.calls).toEqual([['pause'], ['resume'], ['stop']]);
});

it.each([
  [0, '0:00'],
  [59.9, '0:59'],
  [600, '10:00'],
  [3723, '1:02:03']
])('shows %s seconds as %s', (seconds, text) => {
  expect(lengthText(seconds)).toBe(text);
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [12_345, '12 kB'],
  [9_999_999, '10 MB'],
  [5e12, '5,000 GB']
])('shows %s bytes as %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

it('says where the file is, and why the recording has ended', () => {
  expect(endedText(ENDED, english)).toBe('The recording is in a.mp4 (1:01, 2.3 MB).');
  const error = { code: 'disk-full', message: 'The disk is full.', fix: 'df -h ~' };
  expect(endedText({ ...ENDED, error }, english)).toBe(
    'The recording has ended. The disk is full. df -h ~ The recording is in a.mp4 (1:01, 2.3 MB).'
  );
  expect(endedText({ ...ENDED, path: '', error }, english)).toContain('Nothing was recorded.');
});

it('names a new file by the desktop and the time', () => {
  const now = new Date(2026, 0, 2, 3, 4, 5);
  expect(newFileName('default', now)).toBe('desktop-2026-01-02-030405.mp4');
  expect(newFileName('other', now)).toBe('other-2026-01-02-030405.mp4');
});
