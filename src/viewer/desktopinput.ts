import { ClipboardBridge } from './clipboard';
import { ClipboardAccess } from './clipboardaccess';
import { clipboardMessage } from './clipboardmessages';
import { CloseGuard } from './closeguard';
import { permits } from './inputsettings';
import { parseCombination } from './keyboard/combination';
import { isShortcut } from './keyboard/events';
import { FirstUseHint } from './keyboard/firstusehint';
import { KeyboardField } from './keyboard/keyboardfield';
import { PointerInput } from './pointer/pointerinput';
import { StickyModifiers } from './touch/stickymodifiers';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { IInputSettings } from './inputsettings';
import type { IPointerSettings } from './pointer/pointersettings';
import type { RfbClient } from './rfb';
import type { IDesktopClipboard } from '../tokens';
import type { ITranslation } from './translation';

/** The pointer's events, which may bring the browser's clipboard to the desktop first. */
const POINTER_EVENTS = ['pointerenter', 'mousedown', 'mouseup'];

const MIDDLE_BUTTON = 1;

/** Keyboard and clipboard of one desktop's screen. */
export class DesktopInput implements IDisposable {
  constructor(options: DesktopInput.IOptions) {
    const { target, trans } = options;
    this._options = options;
    this.settings = options.settings;
    this.clipboard = new ClipboardBridge({
      hasFocus: () => this._field.hasFocus,
      allows: right => options.allows(right) && permits(this.settings, right),
      channel: options.channel,
      send: text => options.client()?.sendClipboard(text),
      failed: (reason, isPaste) => options.notify(clipboardMessage(reason, trans), isPaste),
      done: failures => failures.forEach(each => options.withdraw(clipboardMessage(each, trans)))
    });
    this._field = new KeyboardField({
      label: trans.__('Keyboard of the desktop. Ctrl+Alt+Shift+L leaves it.'),
      canvas: () => options.client()?.canvas ?? null,
      enabled: () => options.allows('keys'),
      commandKey: () => this.settings.commandKey,
      holdForAccents: () => this.settings.holdForAccents,
      type: text => this.modifiers.type(text),
      paste: data => this.clipboard.paste(data),
      leave: () => {
        this._hint.hide();
        options.leave();
      },
      toggle: () => this._toggle(),
      lockPointer: () => this.pointer.lock.toggle()
    });
    this.modifiers = new StickyModifiers({ target, client: options.client });
    this._guard = new CloseGuard(
      () => this.settings.confirmClose && this._field.captures && options.takesKeys() && !options.hasAllKeys()
    );
    this._hint = new FirstUseHint(trans);
    target.append(this._field.node, this._hint.node);
    for (const type of POINTER_EVENTS) {
      target.addEventListener(type, this, true);
    }
    target.addEventListener('keydown', this, true);
    target.addEventListener('focusin', this);
    target.addEventListener('focusout', this);
    window.addEventListener('focus', this);
    // After the listeners above: they see the pointer's events first.
    this.pointer = new PointerInput({
      ...options,
      modifiers: this.modifiers,
      focus: () => this.focus(),
      raiseKeyboard: isRaised => this._field.raise(isRaised),
      settings: options.pointer
    });
  }

  readonly clipboard: ClipboardBridge;

  /** Modifiers for keyboards that have none. */
  readonly modifiers: StickyModifiers;

  readonly pointer: PointerInput;

  /** The user's settings; a change takes effect immediately. */
  settings: IInputSettings;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    const { target } = this._options;
    for (const type of POINTER_EVENTS) {
      target.removeEventListener(type, this, true);
    }
    target.removeEventListener('keydown', this, true);
    target.removeEventListener('focusin', this);
    target.removeEventListener('focusout', this);
    window.removeEventListener('focus', this);
    this._guard.dispose();
    this._hint.dispose();
    this.pointer.dispose();
    this._field.dispose();
    this.modifiers.dispose();
    this.clipboard.dispose();
  }

  focus(): void {
    this._field.focus();
    this._showHint();
  }

  sendCtrlAltDel(): void {
    this._options.client()?.sendCtrlAltDel();
    this.focus();
  }

  /** Press keys such as "Ctrl+W" on the desktop, or say which of them is unknown. */
  sendKeys(text: string): void {
    const { client, notify, trans } = this._options;
    const combination = parseCombination(text);
    if (combination.unknown === undefined) {
      client()?.sendKeys(combination.keys);
    } else {
      notify(trans.__('“%1” can’t be sent: there is no key “%2”.', text, combination.unknown), true);
    }
    this.focus();
  }

  /** Send the browser's text to the desktop's clipboard; the browser may ask the user first. */
  async sendClipboard(): Promise<void> {
    await this.clipboard.send();
    this.focus();
  }

  handleEvent(event: Event): void {
    const { target } = this._options;
    switch (event.type) {
      case 'focusin':
        if (event.target !== this._field.node) {
          // noVNC's canvas, which gets no text and no paste events.
          this.focus();
        }
        this._suppressShortcuts(this._field.captures);
        this._guard.isActive = true;
        this._showHint();
        void this.clipboard.offer();
        return;
      case 'focusout':
        this._guard.isActive = false;
        target.classList.remove('jp-mod-pointer');
        return this._suppressShortcuts(false);
      case 'focus':
        if (this._field.hasFocus) {
          void this.clipboard.offer();
        }
        return;
      case 'pointerenter':
        void this.clipboard.offer();
        return;
      case 'keydown':
        return this._onKey(event as KeyboardEvent);
      default:
        return this._onButton(event as MouseEvent);
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (isShortcut(event, 'c') || isShortcut(event, 'x')) {
      this.clipboard.copies();
    }
    if (this.clipboard.isWaiting) {
      // A key lets the page write what it could not write before.
      void this.clipboard.offer();
    }
  }

  /** Focus the desktop; a middle button, which pastes at once, waits for the browser's text. */
  private _onButton(event: MouseEvent): void {
    if (this._field.hasReplayed(event)) {
      return;
    }
    const isPress = event.type === 'mousedown';
    if (isPress) {
      this._field.moveTo(event);
      this.focus();
      // Who clicks the desktop knows where the keys go.
      this._options.target.classList.add('jp-mod-pointer');
    }
    const pastes = isPress && event.button === MIDDLE_BUTTON && ClipboardAccess.canRead();
    const { held } = this._field;
    const isHeld = held.holdsBack(event);
    if (isHeld || pastes) {
      event.stopImmediatePropagation();
      event.preventDefault();
    }
    if (pastes && !isHeld) {
      held.hold(event, async () => {
        await this.clipboard.offer();
        return true;
      });
    } else if (isPress && !isHeld) {
      void this.clipboard.offer();
    }
  }

  /** Show the hint if the desktop has the keyboard for the first time. */
  private _showHint(): void {
    if (this._field.hasFocus && this._options.takesKeys()) {
      this._hint.show();
    }
  }

  private _toggle(): void {
    const { node, notify, trans } = this._options;
    const captures = !this._field.captures;
    this._field.captures = captures;
    this._hint.hide();
    this._suppressShortcuts(captures);
    node.classList.toggle('jp-mod-keysElsewhere', !captures);
    notify(
      captures
        ? trans.__('Keys go to the desktop.')
        : trans.__('Keys go to the page. Ctrl+Alt+Shift+K gives them back to the desktop.'),
      true
    );
  }

  /** While keys belong to the desktop, they must not trigger JupyterLab's shortcuts. */
  private _suppressShortcuts(isSuppressed: boolean): void {
    const { dataset } = this._options.node;
    if (isSuppressed) {
      dataset.lmSuppressShortcuts = 'true';
    } else {
      delete dataset.lmSuppressShortcuts;
    }
  }

  private readonly _options: DesktopInput.IOptions;
  private readonly _field: KeyboardField;
  private readonly _guard: CloseGuard;
  private readonly _hint: FirstUseHint;
  private _isDisposed = false;
}

export namespace DesktopInput {
  export interface IOptions {
    /** The viewer's element. */
    node: HTMLElement;
    /** The element in it that holds noVNC's canvas. */
    target: HTMLElement;
    trans: ITranslation;
    client: () => RfbClient | null;
    /** Carries pictures and HTML. */
    channel: IDesktopClipboard;
    /** Returns whether the connection has a right. */
    allows: (right: Desktop.Right) => boolean;
    /** Returns whether the desktop is connected and takes keys. */
    takesKeys: () => boolean;
    /** Returns whether the browser keeps no keys for itself. */
    hasAllKeys: () => boolean;
    isConnected: () => boolean;
    settings: IInputSettings;
    pointer?: IPointerSettings;
    /** Shows a message, only once unless `isRepeated`. */
    notify: (message: string, isRepeated: boolean) => void;
    /** Hides a message that is no longer true. */
    withdraw: (message: string) => void;
    /** Moves the focus out of the desktop. */
    leave: () => void;
  }
}
