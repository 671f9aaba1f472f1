import { ClipboardBridge, clipboardMessage } from './clipboard';
import { ClipboardAccess } from './clipboardaccess';
import { isShortcut } from './keyboard/events';
import { KeyboardField } from './keyboard/keyboardfield';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { RfbClient } from './rfb';
import type { ITranslation } from './translation';

/** The pointer's events, which may bring the browser's clipboard to the desktop first. */
const POINTER_EVENTS = ['pointerenter', 'mousedown', 'mouseup'];

const MIDDLE_BUTTON = 1;

/** Keyboard and clipboard of one desktop's screen. */
export class DesktopInput implements IDisposable {
  constructor(options: DesktopInput.IOptions) {
    const { target, trans } = options;
    this._options = options;
    this.clipboard = new ClipboardBridge({
      hasFocus: () => this._field.hasFocus,
      allows: options.allows,
      send: text => options.client()?.sendClipboard(text),
      failed: (reason, isPaste) => options.notify(clipboardMessage(reason, trans), isPaste)
    });
    this._field = new KeyboardField({
      label: trans.__('Keyboard of the desktop. Ctrl+Alt+Shift+L leaves it.'),
      canvas: () => options.client()?.canvas ?? null,
      enabled: () => options.allows('keys'),
      commandKey: () => 'control',
      type: text => options.client()?.type(text),
      paste: data => this.clipboard.paste(data),
      leave: options.leave,
      toggle: () => this._toggle()
    });
    target.append(this._field.node);
    for (const type of POINTER_EVENTS) {
      target.addEventListener(type, this, true);
    }
    target.addEventListener('keydown', this, true);
    target.addEventListener('focusin', this);
    target.addEventListener('focusout', this);
    window.addEventListener('focus', this);
  }

  readonly clipboard: ClipboardBridge;

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
    this._field.dispose();
    this.clipboard.dispose();
  }

  focus(): void {
    this._field.focus();
  }

  sendCtrlAltDel(): void {
    this._options.client()?.sendCtrlAltDel();
    this.focus();
  }

  async sendClipboard(): Promise<void> {
    await this.clipboard.send();
    this.focus();
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'focusin':
        if (event.target !== this._field.node) {
          // noVNC's canvas, which gets no text and no paste events.
          this.focus();
        }
        this._suppressShortcuts(this._field.captures);
        void this.clipboard.offer();
        return;
      case 'focusout':
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
    }
    const pastes = isPress && event.button === MIDDLE_BUTTON && ClipboardAccess.canRead();
    if (this._field.held.holdsBack(event)) {
      event.stopImmediatePropagation();
      event.preventDefault();
    } else if (pastes) {
      event.stopImmediatePropagation();
      event.preventDefault();
      this._field.held.hold(event, async () => {
        await this.clipboard.offer();
        return true;
      });
    } else if (isPress) {
      void this.clipboard.offer();
    }
  }

  private _toggle(): void {
    const { node, notify, trans } = this._options;
    const captures = !this._field.captures;
    this._field.captures = captures;
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
    /** Returns whether the connection has a right. */
    allows: (right: Desktop.Right) => boolean;
    /** Shows a message, only once unless `isRepeated`. */
    notify: (message: string, isRepeated: boolean) => void;
    /** Moves the focus out of the desktop. */
    leave: () => void;
  }
}
