/** Web Audio, WebCodecs and Web Locks, which jsdom lacks, as far as the sound needs them. */

import type { IPlayerReport, PlayerMessage } from '../../../src/viewer/sound/messages';

class FakeNode {
  readonly gain = { value: 0, setTargetAtTime: (value: number) => (this.gain.value = value) };
  fftSize = 0;
  connect<T>(node: T): T {
    return node;
  }
  disconnect(): void {}
  getFloatTimeDomainData(samples: Float32Array): void {
    samples.fill(FakeAudioContext.level);
  }
}

export class FakeAudioContext extends FakeNode {
  static instances: FakeAudioContext[] = [];
  /** The samples that are played. */
  static level = 0;

  static get last(): FakeAudioContext {
    return this.instances[this.instances.length - 1];
  }

  constructor() {
    super();
    FakeAudioContext.instances.push(this);
  }

  readonly volume = new FakeNode();
  readonly destination = new FakeNode();
  currentTime = 0;
  state = 'running';
  createGain = () => this.volume;
  createAnalyser = () => new FakeNode();
  createMediaStreamSource = () => new FakeNode();
  resume = () => Promise.resolve();
  close(): Promise<void> {
    this.state = 'closed';
    return Promise.resolve();
  }
}

export class FakeWorkletNode extends FakeNode {
  static instances: FakeWorkletNode[] = [];

  static get last(): FakeWorkletNode {
    return this.instances[this.instances.length - 1];
  }

  constructor(
    _: unknown,
    readonly name: string
  ) {
    super();
    FakeWorkletNode.instances.push(this);
  }

  readonly posted: PlayerMessage[] = [];
  readonly port = {
    onmessage: null as ((event: { data: unknown }) => void) | null,
    postMessage: (message: PlayerMessage) => void this.posted.push(message),
    close: () => undefined
  };

  report(report: Partial<IPlayerReport>): void {
    this.port.onmessage!({ data: { levelMs: 0, targetMs: 0, underruns: 0, discardedMs: 0, ...report } });
  }

  /** The capture times of the samples, in milliseconds, and the resets in between. */
  get heard(): (number | string)[] {
    return this.posted.map(message => (message.type === 'samples' ? message.time : message.type));
  }
}

class FakeChunk {
  constructor(readonly init: EncodedAudioChunkInit) {}
}

export class FakeAudioDecoder {
  static supported = true;
  static isConfigSupported = () => Promise.resolve({ supported: FakeAudioDecoder.supported });

  constructor(private readonly _init: { output: (data: unknown) => void }) {}

  state = 'unconfigured';
  configure(): void {
    this.state = 'configured';
  }
  close(): void {
    this.state = 'closed';
  }
  decode({ init }: FakeChunk): void {
    const { timestamp } = init;
    this._init.output({
      numberOfChannels: 2,
      numberOfFrames: 480,
      timestamp,
      copyTo: () => undefined,
      close: () => undefined
    });
  }
}

/** The locks of a browser, of which all are exclusive ones that are stolen, or shared ones that wait. */
export class FakeLocks {
  private readonly _held = new Map<string, (error: Error) => void>();
  private readonly _waiting = new Map<string, (() => void)[]>();

  query = () =>
    Promise.resolve({ held: [...this._held.keys()].map(name => ({ name, mode: 'exclusive' })), pending: [] });

  async request(name: string, options: { steal?: boolean }, callback: () => unknown): Promise<void> {
    await Promise.resolve();
    if (options.steal !== true) {
      if (this._held.has(name)) {
        await new Promise<void>(done => this._waiting.set(name, [...(this._waiting.get(name) ?? []), done]));
      }
      callback();
      return;
    }
    this._held.get(name)?.(new DOMException('stolen', 'AbortError'));
    const stolen = new Promise<never>((_, reject) => this._held.set(name, reject));
    const mine = this._held.get(name);
    await Promise.race([callback(), stolen]);
    if (this._held.get(name) === mine) {
      this._held.delete(name);
      this._waiting.get(name)?.forEach(done => done());
      this._waiting.delete(name);
    }
  }
}

/** Reaches the other channels of its name in microtasks, and never itself. */
class FakeBroadcastChannel {
  private static _open: FakeBroadcastChannel[] = [];

  constructor(private readonly _name: string) {
    FakeBroadcastChannel._open.push(this);
  }

  onmessage: ((event: unknown) => void) | null = null;

  postMessage(data: unknown): void {
    for (const channel of FakeBroadcastChannel._open) {
      if (channel !== this && channel._name === this._name) {
        void Promise.resolve().then(() => channel.onmessage?.({ data }));
      }
    }
  }

  close(): void {
    FakeBroadcastChannel._open = FakeBroadcastChannel._open.filter(channel => channel !== this);
  }
}

/** Replace the browser's own for a test file; returns what restores nothing: jsdom has none of them. */
export function installSound(): void {
  FakeAudioContext.instances = [];
  FakeAudioContext.level = 0;
  FakeWorkletNode.instances = [];
  FakeAudioDecoder.supported = true;
  Object.assign(window, {
    AudioContext: FakeAudioContext,
    AudioWorkletNode: FakeWorkletNode,
    AudioDecoder: FakeAudioDecoder,
    EncodedAudioChunk: FakeChunk,
    BroadcastChannel: FakeBroadcastChannel
  });
  Object.defineProperty(navigator, 'locks', { value: new FakeLocks(), configurable: true });
}

/** A packet as the server sends it. */
export function packetOf(sequence: number, timeUs: number, bytes = [1, 2, 3]): ArrayBuffer {
  const packet = new DataView(new ArrayBuffer(12 + bytes.length));
  packet.setUint32(0, sequence);
  packet.setBigUint64(4, BigInt(timeUs));
  new Uint8Array(packet.buffer).set(bytes, 12);
  return packet.buffer;
}

export const FORMAT = JSON.stringify({
  type: 'format',
  codec: 'opus',
  sampleRate: 48000,
  channels: 2,
  frameDuration: 10
});
