/** The module of the AudioWorklet: its two processors run on the browser's audio thread. */

import { JitterBuffer } from './jitterbuffer';
import { PLAYER_PROCESSOR, RECORDER_PROCESSOR } from './messages';

import type { IPlayerReport, PlayerMessage } from './messages';

/** What TypeScript's library lacks: https://webaudio.github.io/web-audio-api/#AudioWorkletGlobalScope */
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const CHANNELS = 2;

/** The time between two reports. */
const REPORT_MS = 100;

/** The length of the recorder's blocks: one Opus packet of 20 ms. */
const BLOCK_SHARE_OF_SECOND = 50;

/** Plays the samples that it is sent. */
class PlayerProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PlayerMessage>) => {
      if (data.type === 'samples') {
        this._buffer.push(data.planes, data.time);
      } else if (data.type === 'reset') {
        this._buffer.reset();
      } else {
        this._isEnded = true;
      }
    };
  }

  process(_: Float32Array[][], [output]: Float32Array[][]): boolean {
    this._buffer.pull(output);
    this._sinceReport += output[0].length;
    if (this._sinceReport >= (sampleRate * REPORT_MS) / 1000 && (this._buffer.isActive || this._wasActive)) {
      const { levelMs, targetMs, underruns, discardedMs, isActive } = this._buffer;
      const report: IPlayerReport = { levelMs, targetMs, underruns, discardedMs };
      this.port.postMessage(report);
      this._sinceReport = 0;
      this._wasActive = isActive;
    }
    return !this._isEnded;
  }

  private readonly _buffer = new JitterBuffer(sampleRate, CHANNELS);
  private _sinceReport = 0;
  private _wasActive = false;
  private _isEnded = false;
}

/** Sends what it hears in blocks, as one channel. */
class RecorderProcessor extends AudioWorkletProcessor {
  process([input]: Float32Array[][]): boolean {
    const samples = input[0];
    for (let index = 0; index < (samples?.length ?? 0); index++) {
      this._block[this._filled++] = samples[index];
      if (this._filled === this._block.length) {
        const block = this._block.slice();
        this.port.postMessage(block, [block.buffer]);
        this._filled = 0;
      }
    }
    return true;
  }

  private readonly _block = new Float32Array(sampleRate / BLOCK_SHARE_OF_SECOND);
  private _filled = 0;
}

registerProcessor(PLAYER_PROCESSOR, PlayerProcessor);
registerProcessor(RECORDER_PROCESSOR, RecorderProcessor);
