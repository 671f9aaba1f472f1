import { element } from '../sharing/element';
import { isUnmuted } from './desktopsound';
import { microphoneTexts, soundHint, soundLabel } from './words';

import type { IDisposable } from '@lumino/disposable';
import type { ITranslation } from '../translation';
import type { DesktopSound } from './desktopsound';

const icon = (path: string) =>
  `<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true"><path fill="currentColor" d="${path}"/></svg>`;

const SPEAKER = 'M3 9v6h4l5 5V4L7 9z';
const ICONS = {
  muted: icon(
    `${SPEAKER}m12.6 3 2.7-2.7-1.3-1.3-2.7 2.7-2.7-2.7-1.3 1.3 2.7 2.7-2.7 2.7 1.3 1.3 2.7-2.7 2.7 2.7 1.3-1.3z`
  ),
  playing: icon(
    `${SPEAKER}m13.5 3A4.5 4.5 0 0 0 14 8v8a4.5 4.5 0 0 0 2.5-4M14 3.2v2.1a7 7 0 0 1 0 13.4v2.1a9 9 0 0 0 0-17.6`
  ),
  more: icon('M7 10l5 5 5-5z')
};

/** The width of the drop-down, as in the style sheet, and its least distance to the edge. */
const POPUP_WIDTH_PX = 260;
const MARGIN_PX = 8;

/** The steps of the volume. */
const VOLUME_STEP = 5;

/** The level that the meter begins with, below the greatest one. */
const METER_RANGE_DB = 60;

/** The speaker button of a panel, and its drop-down with volume, level and microphone. */
export class SoundControl implements IDisposable {
  constructor(options: SoundControl.IOptions) {
    this._options = options;
    const { sound, trans } = options;
    this.node = element('div', 'jp-Desktop-sound');
    this.button.type = 'button';
    this.button.addEventListener('click', () => this._onClick());
    this._more.type = 'button';
    this._more.innerHTML = ICONS.more;
    this._more.title = trans.__('Volume and microphone');
    this._more.setAttribute('aria-label', this._more.title);
    this._more.setAttribute('aria-haspopup', 'dialog');
    this._more.setAttribute('aria-expanded', 'false');
    this._more.popoverTargetElement = this._popup;
    this._popup.popover = 'auto';
    this._popup.setAttribute('role', 'dialog');
    this._popup.setAttribute('aria-label', trans.__('Sound'));
    this._popup.addEventListener('beforetoggle', event => this._onToggle(event.newState === 'open'));
    // The arrows are the slider's, not the toolbar's.
    this._popup.addEventListener('keydown', event => event.stopPropagation());
    this._hint.setAttribute('role', 'status');
    this._popup.append(this._hint, this._volumeField(), this._levelField(), this._microphone);
    this._microphone.type = 'button';
    this._microphone.addEventListener('click', () => void sound.toggleMicrophone());
    this.node.append(this.button, this._more, this._popup);
    sound.changed.connect(this._update, this);
    this._update();
  }

  readonly node: HTMLElement;
  readonly button = element('button', 'jp-Desktop-soundButton');

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    cancelAnimationFrame(this._frame);
    this._options.sound.changed.disconnect(this._update, this);
    this.node.remove();
  }

  private _volumeField(): HTMLElement {
    const { sound, trans } = this._options;
    const label = element('label', '', trans.__('Volume'));
    Object.assign(this._volume, { type: 'range', min: '0', max: '100', step: String(VOLUME_STEP) });
    this._volume.addEventListener('input', () => (sound.volume = this._volume.valueAsNumber));
    this._volume.addEventListener('change', () => sound.remember());
    label.append(this._volume);
    return label;
  }

  private _levelField(): HTMLElement {
    const field = element('div', 'jp-Desktop-soundLevel');
    const name = element('span', '', this._options.trans.__('Level'));
    this._meter.min = 0;
    this._meter.max = METER_RANGE_DB;
    this._meter.setAttribute('aria-label', name.textContent);
    field.append(name, this._meter);
    return field;
  }

  private _onClick(): void {
    const { sound, acted } = this._options;
    if (sound.state === 'unavailable') {
      // The drop-down says why.
      this._more.click();
      return;
    }
    sound.toggle();
    acted?.();
  }

  private _onToggle(isOpen: boolean): void {
    this._isOpen = isOpen;
    this._more.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) {
      const { left, bottom } = this.node.getBoundingClientRect();
      const furthest = document.documentElement.clientWidth - POPUP_WIDTH_PX - MARGIN_PX;
      this._popup.style.left = `${Math.max(MARGIN_PX, Math.min(left, furthest))}px`;
      this._popup.style.top = `${bottom + 2}px`;
      this._draw();
    }
  }

  private _update(): void {
    const { sound, trans } = this._options;
    const { state, microphone } = sound;
    this.node.hidden = state === 'hidden';
    this.node.dataset.state = state;
    this.button.innerHTML = isUnmuted(state) ? ICONS.playing : ICONS.muted;
    this.button.setAttribute('aria-label', soundLabel(state, trans));
    this.button.title = soundHint(state, trans);
    this.button.setAttribute('aria-disabled', String(state === 'unavailable'));
    this._hint.textContent = sound.error || soundHint(state, trans);
    this._volume.value = String(sound.volume);
    const { label, hint } = microphoneTexts(microphone, trans);
    this._microphone.hidden = microphone === 'hidden';
    this._microphone.textContent = label;
    this._microphone.title = hint;
    this._microphone.disabled = microphone === 'unavailable';
    if (this._isOpen) {
      this._draw();
    }
  }

  /** Draw the level, while it is shown and there is one. */
  private _draw(): void {
    cancelAnimationFrame(this._frame);
    const { sound } = this._options;
    this._meter.value = METER_RANGE_DB + Math.max(-METER_RANGE_DB, 20 * Math.log10(sound.measure()));
    if (this._isOpen && sound.state === 'playing') {
      this._frame = requestAnimationFrame(() => this._draw());
    }
  }

  private readonly _options: SoundControl.IOptions;
  private readonly _more = element('button', 'jp-Desktop-soundMore');
  private readonly _popup = element('div', 'jp-Desktop-soundPopup');
  private readonly _hint = element('p');
  private readonly _volume = element('input');
  private readonly _meter = element('meter');
  private readonly _microphone = element('button', 'jp-mod-styled');
  private _frame = 0;
  private _isOpen = false;
  private _isDisposed = false;
}

export namespace SoundControl {
  export interface IOptions {
    sound: DesktopSound;
    trans: ITranslation;
    /** Called after the button has muted or unmuted. */
    acted?: () => void;
  }
}
