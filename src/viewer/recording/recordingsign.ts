import { element } from '../sharing/element';
import { lengthText, sizeText } from './recordingtexts';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../../model';
import type { ITranslation } from '../translation';

const TICK_MS = 500;

/** Says over the desktop that it is being recorded, for how long and how much, with buttons for those who may act. */
export class RecordingSign implements IDisposable {
  constructor(options: RecordingSign.IOptions) {
    this._options = options;
    const { trans } = options;
    this.node = element('div', 'jp-Desktop-recording');
    this.node.hidden = true;
    this._state.setAttribute('role', 'status');
    this._length.setAttribute('role', 'timer');
    this._pause = this._button('', () => options.act(this._recording?.paused === true ? 'resume' : 'pause'));
    this._stop = this._button(trans.__('Stop Recording'), () => options.act('stop'));
    this.node.append(element('span', 'jp-Desktop-recordingDot'), this._state, this._length, this._pause, this._stop);
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.update(null, false);
    this._isDisposed = true;
    this.node.remove();
  }

  /** Show a recording, null for none; `canAct`: whether the viewer may pause and stop it. */
  update(recording: Desktop.IRecording | null, canAct: boolean): void {
    if (this._isDisposed) {
      return;
    }
    if (recording !== this._recording) {
      this._recording = recording;
      this._receivedAt = performance.now();
      clearInterval(this._clock);
      if (recording !== null && !recording.paused) {
        this._clock = setInterval(() => this._showLength(), TICK_MS);
      }
    }
    this.node.hidden = recording === null;
    const { trans } = this._options;
    const isPaused = recording?.paused === true;
    const text = recording === null ? '' : isPaused ? trans.__('Recording paused') : trans.__('Recording');
    if (this._state.textContent !== text) {
      this._state.textContent = text;
    }
    this.node.classList.toggle('jp-mod-paused', isPaused);
    this._pause.textContent = isPaused ? trans.__('Resume') : trans.__('Pause');
    this._pause.hidden = this._stop.hidden = !canAct;
    this._showLength();
  }

  private _showLength(): void {
    if (this._recording === null) {
      this._length.textContent = '';
      return;
    }
    const { seconds, bytes, paused } = this._recording;
    const since = paused ? 0 : (performance.now() - this._receivedAt) / 1000;
    this._length.textContent = `${lengthText(seconds + since)} · ${sizeText(bytes)}`;
  }

  private _button(label: string, act: () => Promise<void>): HTMLButtonElement {
    const button = element('button', 'jp-mod-styled jp-mod-minimal', label);
    button.addEventListener('click', () => {
      button.disabled = true;
      void act().finally(() => (button.disabled = false));
    });
    return button;
  }

  private readonly _options: RecordingSign.IOptions;
  private readonly _state = element('span');
  private readonly _length = element('span', 'jp-Desktop-recordingLength');
  private readonly _pause: HTMLButtonElement;
  private readonly _stop: HTMLButtonElement;
  private _recording: Desktop.IRecording | null = null;
  private _receivedAt = 0;
  private _clock: ReturnType<typeof setInterval> | undefined;
  private _isDisposed = false;
}

export namespace RecordingSign {
  export type Action = 'pause' | 'resume' | 'stop';

  export interface IOptions {
    trans: ITranslation;
    /** Called when the viewer has clicked a button; the returned promise is never rejected. */
    act: (action: Action) => Promise<void>;
  }
}
