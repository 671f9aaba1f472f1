import { PLAYER_PROCESSOR, RECORDER_PROCESSOR } from '../../../../src/viewer/sound/messages';

import type { IPlayerReport } from '../../../../src/viewer/sound/messages';

interface IProcessor {
  port: { onmessage: (event: { data: unknown }) => void; postMessage: jest.Mock };
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

const processors = new Map<string, new () => IProcessor>();

beforeAll(async () => {
  // The global scope of a worklet.
  Object.assign(globalThis, {
    sampleRate: 48000,
    registerProcessor: (name: string, processor: new () => IProcessor) => processors.set(name, processor),
    AudioWorkletProcessor: class {
      readonly port = { onmessage: null, postMessage: jest.fn() };
    }
  });
  await import('../../../../src/viewer/sound/processor');
});

/** Let a processor play a number of milliseconds; returns the left channel. */
function play(processor: IProcessor, milliseconds: number): number[] {
  const played: number[] = [];
  for (let quantum = 0; quantum < (milliseconds * 48) / 128; quantum++) {
    const output = [new Float32Array(128), new Float32Array(128)];
    processor.process([], [output]);
    played.push(...output[0]);
  }
  return played;
}

it('plays samples, and reports only while there are any', () => {
  const player = new (processors.get(PLAYER_PROCESSOR)!)();
  play(player, 500);
  expect(player.port.postMessage).not.toHaveBeenCalled();
  const plane = new Float32Array(4800).fill(0.5);
  player.port.onmessage({ data: { type: 'samples', planes: [plane, plane], time: 0 } });
  expect(Math.max(...play(player, 60))).toBeCloseTo(0.5);
  play(player, 500);
  const reports = player.port.postMessage.mock.calls.map(([report]) => report as IPlayerReport);
  expect(reports[0].levelMs).toBeGreaterThan(30);
  expect(reports.at(-1)!.levelMs).toBeLessThan(1);
  const count = reports.length;
  play(player, 500);
  expect(player.port.postMessage).toHaveBeenCalledTimes(count);
});

it('throws away what waits when it is told to, and ends', () => {
  const player = new (processors.get(PLAYER_PROCESSOR)!)();
  const plane = new Float32Array(4800).fill(0.5);
  player.port.onmessage({ data: { type: 'samples', planes: [plane, plane], time: 0 } });
  player.port.onmessage({ data: { type: 'reset' } });
  expect(Math.max(...play(player, 200))).toBe(0);
  const output = [new Float32Array(128), new Float32Array(128)];
  expect(player.process([], [output])).toBe(true);
  player.port.onmessage({ data: { type: 'end' } });
  expect(player.process([], [output])).toBe(false);
});

it('records blocks of 20 ms, and nothing without a microphone', () => {
  const recorder = new (processors.get(RECORDER_PROCESSOR)!)();
  recorder.process([[]], []);
  for (let quantum = 0; quantum < 15; quantum++) {
    recorder.process([[new Float32Array(128).fill(quantum)]], []);
  }
  const blocks = recorder.port.postMessage.mock.calls.map(([block]) => block as Float32Array);
  expect(blocks.map(({ length }) => length)).toEqual([960, 960]);
  expect([blocks[0][0], blocks[0][959], blocks[1][0]]).toEqual([0, 7, 7]);
});
