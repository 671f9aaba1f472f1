import { RECORDER_PROCESSOR } from './messages';

import type { IDisposable } from '@lumino/disposable';

/** As Opus has it. */
const SAMPLE_RATE_HZ = 48000;

/** The length of a packet, in microseconds. */
const PACKET_US = 20_000;

/** Enough for speech. */
const BITRATE_BPS = 32_000;

/** Records the microphone, which the browser asks for, and encodes it. */
export class Microphone implements IDisposable {
  constructor(options: Microphone.IOptions) {
    this._options = options;
  }

  /** Whether the browser can record and encode. */
  static get isSupported(): boolean {
    return typeof AudioEncoder !== 'undefined' && navigator.mediaDevices !== undefined;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._stop();
  }

  /** Ask for the microphone and send its packets; rejects if the user or the browser refuses. */
  async start(): Promise<void> {
    const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    this._stream = stream;
    if (this._isDisposed) {
      return this._stop();
    }
    const { context, send, ended } = this._options;
    stream.getAudioTracks()[0].addEventListener('ended', () => ended());
    const encoder = new AudioEncoder({
      output: chunk => {
        const packet = new Uint8Array(chunk.byteLength);
        chunk.copyTo(packet);
        send(packet);
      },
      error: () => ended()
    });
    // TypeScript's library lacks `opus`: https://www.w3.org/TR/webcodecs-opus-codec-registration/
    const config = {
      codec: 'opus',
      sampleRate: SAMPLE_RATE_HZ,
      numberOfChannels: 1,
      bitrate: BITRATE_BPS,
      opus: { frameDuration: PACKET_US }
    };
    encoder.configure(config);
    this._encoder = encoder;
    const recorder = new AudioWorkletNode(context, RECORDER_PROCESSOR, {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit'
    });
    recorder.port.onmessage = ({ data }: MessageEvent<Float32Array<ArrayBuffer>>) => this._encode(data);
    this._source = context.createMediaStreamSource(stream);
    this._source.connect(recorder);
    this._recorder = recorder;
  }

  private _encode(data: Float32Array<ArrayBuffer>): void {
    if (this._encoder?.state === 'configured') {
      const numberOfFrames = data.length;
      const timestamp = this._packets++ * PACKET_US;
      const format = { format: 'f32-planar', sampleRate: SAMPLE_RATE_HZ, numberOfChannels: 1 } as const;
      const samples = new AudioData({ ...format, numberOfFrames, timestamp, data });
      this._encoder.encode(samples);
      samples.close();
    }
  }

  private _stop(): void {
    this._stream?.getTracks().forEach(track => track.stop());
    this._source?.disconnect();
    this._recorder?.port.close();
    if (this._encoder !== null && this._encoder.state !== 'closed') {
      this._encoder.close();
    }
  }

  private readonly _options: Microphone.IOptions;
  private _stream: MediaStream | null = null;
  private _source: MediaStreamAudioSourceNode | null = null;
  private _recorder: AudioWorkletNode | null = null;
  private _encoder: AudioEncoder | null = null;
  private _packets = 0;
  private _isDisposed = false;
}

export namespace Microphone {
  export interface IOptions {
    /** A context with the worklet's module. */
    context: AudioContext;
    /** Sends a packet. */
    send: (packet: Uint8Array<ArrayBuffer>) => void;
    /** Called if the microphone ends, as when it is unplugged. */
    ended: () => void;
  }
}
