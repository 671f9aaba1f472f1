import { Gestures } from '../touch/gestures';
import { KeyRow } from '../touch/keyrow';
import { Pen } from '../touch/pen';
import { DEFAULT_POINTER } from './pointersettings';
import { PointerLock } from './pointerlock';
import { Wheel } from './wheel';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../../model';
import type { RfbClient } from '../rfb';
import type { StickyModifiers } from '../touch/stickymodifiers';
import type { ITranslation } from '../translation';
import type { IPointerSettings } from './pointersettings';

/** Wheel, pointer lock, fingers and pens of one desktop's screen. */
export class PointerInput implements IDisposable {
  constructor(options: PointerInput.IOptions) {
    const { node, target, trans, client, allows, focus, modifiers } = options;
    this._options = options;
    this._settings = options.settings ?? DEFAULT_POINTER;
    const settings = () => this._settings;
    this.lock = new PointerLock({
      target,
      trans,
      client,
      isAllowed: () => allows('pointer') && options.isConnected(),
      focus,
      notify: message => options.notify(message, true)
    });
    this._keys = new KeyRow({ trans, modifiers, raise: options.raiseKeyboard });
    this._parts = [
      new Wheel({ target, client, isAllowed: () => allows('pointer'), speed: () => settings().wheelSpeed }),
      new Pen({ target, client, focus }),
      new Gestures({ target, client, settings, focus, touched: () => this._onTouched() }),
      this._keys,
      this.lock
    ];
    this.lock.changed.connect((_, isOn) => node.classList.toggle('jp-mod-pointerLocked', isOn));
    node.append(this._keys.node);
    this._touchScreen.addEventListener('change', this);
    this.update();
  }

  readonly lock: PointerLock;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._touchScreen.removeEventListener('change', this);
    this._parts.forEach(part => part.dispose());
  }

  /** The user's settings; a change takes effect immediately. */
  get settings(): IPointerSettings {
    return this._settings;
  }

  set settings(settings: IPointerSettings) {
    this._settings = settings;
    this.update();
  }

  /** Apply the state of the connection, and what it may do. */
  update(): void {
    this.lock.update();
    const { allows, isConnected, modifiers } = this._options;
    const { keyboardButton } = this._settings;
    const isTouch = this._hasTouched || this._touchScreen.matches;
    const isWanted = keyboardButton === 'always' || (keyboardButton === 'touch' && isTouch);
    if (!isConnected()) {
      modifiers.forget();
    }
    this._keys.isShown = isWanted && allows('keys') && isConnected();
  }

  handleEvent(): void {
    this.update();
  }

  private _onTouched(): void {
    if (!this._hasTouched) {
      this._hasTouched = true;
      this.update();
    }
  }

  private readonly _options: PointerInput.IOptions;
  private readonly _keys: KeyRow;
  private readonly _parts: IDisposable[];
  private readonly _touchScreen = window.matchMedia('(pointer: coarse)');
  private _settings: IPointerSettings;
  private _hasTouched = false;
  private _isDisposed = false;
}

export namespace PointerInput {
  export interface IOptions {
    /** The viewer's element. */
    node: HTMLElement;
    /** The element in it that holds noVNC's canvas. */
    target: HTMLElement;
    trans: ITranslation;
    client: () => RfbClient | null;
    /** Returns whether the connection has a right. */
    allows: (right: Desktop.Right) => boolean;
    isConnected: () => boolean;
    modifiers: StickyModifiers;
    /** Focuses the desktop. */
    focus: () => void;
    /** Raises the keyboard of a phone or tablet for the desktop, or lowers it. */
    raiseKeyboard: (isRaised: boolean) => void;
    settings?: IPointerSettings;
    /** Shows a message, only once unless `isRepeated`. */
    notify: (message: string, isRepeated: boolean) => void;
  }
}
