import { FakeAudioContext, FakeWorkletNode, installSound } from '../../fakes/sound';
import { Microphone } from '../../../../src/viewer/sound/microphone';
import { RECORDER_PROCESSOR } from '../../../../src/viewer/sound/messages';

class FakeEncoder {
  static config: object;
  constructor(private readonly _init: { output: (chunk: unknown) => void }) {}
  state = 'unconfigured';
  configure(config: object): void {
    FakeEncoder.config = config;
    this.state = 'configured';
  }
  close(): void {
    this.state = 'closed';
  }
  encode({ init }: FakeAudioData): void {
    const bytes = [init.timestamp / 20_000, init.numberOfFrames / 10];
    this._init.output({ byteLength: 2, copyTo: (target: Uint8Array) => target.set(bytes) });
  }
}

class FakeAudioData {
  constructor(readonly init: { timestamp: number; numberOfFrames: number }) {}
  close(): void {}
}

let track: EventTarget & { stop: jest.Mock };
let getUserMedia: jest.Mock;
let sent: number[][];
let ended: jest.Mock;
let microphone: Microphone;

beforeEach(() => {
  installSound();
  track = Object.assign(new EventTarget(), { stop: jest.fn() });
  getUserMedia = jest.fn().mockResolvedValue({ getAudioTracks: () => [track], getTracks: () => [track] });
  Object.assign(window, { AudioEncoder: FakeEncoder, AudioData: FakeAudioData });
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true });
  sent = [];
  ended = jest.fn();
  const context = new FakeAudioContext() as unknown as AudioContext;
  microphone = new Microphone({ context, send: packet => sent.push([...packet]), ended });
});

it('sends packets of 20 ms in Opus', async () => {
  expect(Microphone.isSupported).toBe(true);
  await microphone.start();
  expect(getUserMedia).toHaveBeenCalledTimes(1);
  expect(FakeEncoder.config).toMatchObject({ codec: 'opus', numberOfChannels: 1, opus: { frameDuration: 20_000 } });
  const recorder = FakeWorkletNode.last;
  expect(recorder.name).toBe(RECORDER_PROCESSOR);
  recorder.port.onmessage!({ data: new Float32Array(960) });
  recorder.port.onmessage!({ data: new Float32Array(960) });
  expect(sent).toEqual([
    [0, 96],
    [1, 96]
  ]);
  microphone.dispose();
  expect(track.stop).toHaveBeenCalled();
  recorder.port.onmessage!({ data: new Float32Array(960) });
  expect(sent).toHaveLength(2);
});

it('stops at once if it was turned off while the browser asked', async () => {
  const started = microphone.start();
  microphone.dispose();
  await started;
  expect(track.stop).toHaveBeenCalled();
  expect(FakeWorkletNode.instances).toHaveLength(0);
});

it('tells that it was unplugged', async () => {
  await microphone.start();
  track.dispatchEvent(new Event('ended'));
  expect(ended).toHaveBeenCalled();
});

it('is refused with the reason', async () => {
  getUserMedia.mockRejectedValue(new Error('Permission denied'));
  await expect(microphone.start()).rejects.toThrow('Permission denied');
});
