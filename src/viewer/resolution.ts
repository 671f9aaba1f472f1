import { Signal } from '@lumino/signaling';

import { isNative } from './screenscale';

import type { ISignal } from '@lumino/signaling';
import type { Desktop } from '../model';
import type { IScreenSettings } from './screensettings';

/** Whether a desktop has the pixels of the user's screen, or CSS pixels. */
export class Resolution {
  /** `changed`: called when the screen has to be laid out again. */
  constructor(private readonly _changed: () => void) {}

  /** Emitted when `isNative` may have changed. */
  get nativeChanged(): ISignal<this, void> {
    return this._nativeChanged;
  }

  /** Whether it has the screen's pixels, though the settings leave that open. */
  get isNative(): boolean {
    return this._usesPixels && this._isAutomatic;
  }

  /** Whether the link is too slow for these, unless the settings ask for them. */
  get isLinkSlow(): boolean {
    return this._isLinkSlow;
  }
  set isLinkSlow(value: boolean) {
    this._isLinkSlow = value;
    this._changed();
  }

  /** The pixels of the desktop in one CSS pixel, if it is not scaled. */
  get ratio(): number {
    return this._usesPixels ? window.devicePixelRatio : 1;
  }

  /** Whether it has the screen's pixels. */
  get usesPixels(): boolean {
    return this._usesPixels;
  }

  /** Return whether it should have these, in an element; `isDecisive`: whether the viewer decides on its size. */
  shouldUsePixels(
    settings: IScreenSettings,
    model: Desktop.IModel | null,
    node: HTMLElement,
    isDecisive: boolean
  ): boolean {
    const { width, height } = node.getBoundingClientRect();
    this._isAutomatic = settings.resolution === 'auto';
    return isNative(settings, model, { width, height }, isDecisive && !this._isLinkSlow);
  }

  use(value: boolean): void {
    if (value !== this._usesPixels) {
      this._usesPixels = value;
      this._nativeChanged.emit();
    }
  }

  private readonly _nativeChanged = new Signal<this, void>(this);
  private _usesPixels = false;
  private _isAutomatic = false;
  private _isLinkSlow = false;
}
