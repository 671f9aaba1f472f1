import { createDecoder } from './decoder';
import { PLAYER_PROCESSOR } from './messages';

import type { IDisposable } from '@lumino/disposable';
import type { ISoundFormat, ISoundPacket } from '../../services/soundsocket';
import type { ISoundDecoder, LoadOpusDecoder } from './decoder';
import type { IPlayerReport, PlayerMessage } from './messages';

/** The sample rate of Opus, so that nothing is converted. */
const SAMPLE_RATE_HZ = 48000;

/** The samples of the level meter: 43 ms. */
const METER_SAMPLES = 2048;

/** The packets that are kept until the decoder is loaded. */
const MAX_EARLY_PACKETS = 20;

/** How fast the volume changes, without a click. */
const VOLUME_SECONDS = 0.015;

const NOTHING: IPlayerReport = { levelMs: 0, targetMs: 0, underruns: 0, discardedMs: 0 };

/** Decodes and plays the packets of one desktop. */
export class SoundPlayer implements IDisposable {
  /** Create the player in the event of a click, since browsers are silent before. */
  constructor(options: SoundPlayer.IOptions) {
    this._options = options;
    this.context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ, latencyHint: 'interactive' });
    this._gain = this.context.createGain();
    this._meter = this.context.createAnalyser();
    this._meter.fftSize = METER_SAMPLES;
    this._gain.gain.value = options.volume;
    this._gain.connect(this._meter).connect(this.context.destination);
  }

  readonly context: AudioContext;

  /** The last report of the buffer. */
  get report(): IPlayerReport {
    return this._report;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._post({ type: 'end' });
    this._decoder?.dispose();
    void this.context.close().catch(() => undefined);
  }

  /** Load the worklet's module; resolves once packets can be played. */
  async prepare(): Promise<void> {
    await Promise.all([this._options.addModule(this.context), this.context.resume()]);
    if (!this._isDisposed) {
      const options = { numberOfInputs: 0, outputChannelCount: [2] };
      const node = new AudioWorkletNode(this.context, PLAYER_PROCESSOR, options);
      node.port.onmessage = ({ data }: MessageEvent<IPlayerReport>) => (this._report = data);
      node.connect(this._gain);
      this._node = node;
    }
  }

  /** Begin with a new stream: what waits is of another connection. */
  async begin(format: ISoundFormat): Promise<void> {
    this._decoder?.dispose();
    this._decoder = null;
    this._early = [];
    this._post({ type: 'reset' });
    const number = ++this._stream;
    const decoder = await createDecoder(
      format,
      (planes, time) => {
        if (number === this._stream) {
          this._post(
            { type: 'samples', planes, time: time / 1000 },
            planes.map(plane => plane.buffer)
          );
        }
      },
      this._options.loadDecoder
    );
    if (number !== this._stream || this._isDisposed) {
      return decoder.dispose();
    }
    this._decoder = decoder;
    this._early.splice(0).forEach(packet => decoder.decode(packet));
  }

  play(packet: ISoundPacket): void {
    if (this._decoder === null) {
      // The decoder is being loaded.
      this._early = [...this._early, packet].slice(-MAX_EARLY_PACKETS);
    } else {
      this._decoder.decode(packet);
    }
  }

  /** The volume from 0 to 1. */
  set volume(value: number) {
    this._gain.gain.setTargetAtTime(value, this.context.currentTime, VOLUME_SECONDS);
  }

  /** The greatest sample of the last moment, from 0 to 1. */
  measure(): number {
    this._meter.getFloatTimeDomainData(this._samples);
    return this._samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  }

  private _post(message: PlayerMessage, transfer: Transferable[] = []): void {
    this._node?.port.postMessage(message, transfer);
  }

  private readonly _options: SoundPlayer.IOptions;
  private readonly _gain: GainNode;
  private readonly _meter: AnalyserNode;
  private readonly _samples = new Float32Array(METER_SAMPLES);
  private _node: AudioWorkletNode | null = null;
  private _decoder: ISoundDecoder | null = null;
  private _early: ISoundPacket[] = [];
  private _stream = 0;
  private _report = NOTHING;
  private _isDisposed = false;
}

export namespace SoundPlayer {
  export interface IOptions {
    /** From 0 to 1. */
    volume: number;
    /** Loads the module of the worklet. */
    addModule: (context: AudioContext) => Promise<void>;
    loadDecoder: LoadOpusDecoder;
  }
}
