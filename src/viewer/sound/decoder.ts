import type { IDisposable } from '@lumino/disposable';
import type { ISoundFormat, ISoundPacket } from '../../services/soundsocket';

/** Decodes packets to samples, which it hands over in their order. */
export interface ISoundDecoder extends IDisposable {
  decode(packet: ISoundPacket): void;
}

/** Called with the samples of each channel, and their capture time in microseconds. */
export type Decoded = (planes: Float32Array<ArrayBuffer>[], time: number) => void;

/** The part of the package `opus-decoder` that is used. */
export interface IOpusDecoder {
  readonly ready: Promise<void>;
  decodeFrame(packet: Uint8Array): { channelData: Float32Array[]; samplesDecoded: number };
  free(): void;
}

/** Loads a decoder in WebAssembly, for browsers that have none. */
export type LoadOpusDecoder = (format: Pick<ISoundFormat, 'channels'>) => Promise<IOpusDecoder>;

/** Create the browser's decoder, or else one in WebAssembly. */
export async function createDecoder(
  format: ISoundFormat,
  decoded: Decoded,
  load: LoadOpusDecoder
): Promise<ISoundDecoder> {
  if (await isSupported(format)) {
    return new BrowserDecoder(format, decoded);
  }
  const decoder = await load(format);
  await decoder.ready;
  return new WasmDecoder(decoder, decoded);
}

async function isSupported({ codec, sampleRate, channels }: ISoundFormat): Promise<boolean> {
  if (typeof AudioDecoder === 'undefined') {
    return false;
  }
  try {
    return (await AudioDecoder.isConfigSupported({ codec, sampleRate, numberOfChannels: channels })).supported === true;
  } catch {
    return false;
  }
}

/** Decodes with WebCodecs. */
class BrowserDecoder implements ISoundDecoder {
  constructor(format: ISoundFormat, decoded: Decoded) {
    this._format = format;
    this._decoded = decoded;
    this._decoder = this._create();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    if (this._decoder.state !== 'closed') {
      this._decoder.close();
    }
  }

  decode({ time, data }: ISoundPacket): void {
    if (this._isDisposed) {
      return;
    }
    if (this._decoder.state === 'closed') {
      // A damaged packet ends a decoder.
      this._decoder = this._create();
    }
    const duration = this._format.frameDuration * 1000;
    this._decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: time, duration, data }));
  }

  private _create(): AudioDecoder {
    const decoder = new AudioDecoder({ output: data => this._output(data), error: () => undefined });
    const { codec, sampleRate, channels } = this._format;
    decoder.configure({ codec, sampleRate, numberOfChannels: channels });
    return decoder;
  }

  private _output(data: AudioData): void {
    const planes = Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(data.numberOfFrames);
      data.copyTo(plane, { planeIndex, format: 'f32-planar' });
      return plane;
    });
    const { timestamp } = data;
    data.close();
    this._decoded(planes, timestamp);
  }

  private readonly _format: ISoundFormat;
  private readonly _decoded: Decoded;
  private _decoder: AudioDecoder;
  private _isDisposed = false;
}

/** Decodes in WebAssembly. */
class WasmDecoder implements ISoundDecoder {
  constructor(
    private readonly _decoder: IOpusDecoder,
    private readonly _decoded: Decoded
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._decoder.free();
    }
  }

  decode({ time, data }: ISoundPacket): void {
    if (!this._isDisposed) {
      const { channelData, samplesDecoded } = this._decoder.decodeFrame(data);
      if (samplesDecoded > 0) {
        // The decoder's memory must not be transferred.
        this._decoded(
          channelData.map(plane => plane.slice(0, samplesDecoded)),
          time
        );
      }
    }
  }

  private _isDisposed = false;
}
