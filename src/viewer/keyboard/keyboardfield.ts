import { HeldAccents } from './heldaccents';
import { HeldInput } from './heldinput';
import { consume, copyKey, isChord, isComposed, isMac, isPaste, releaseOf } from './events';

import type { IDisposable } from '@lumino/disposable';

/**
 * The element that has the focus while the keyboard belongs to the desktop: a text field that nobody sees.
 *
 * A canvas gets no text from input methods, and no paste event in some browsers; a text field gets both. Keys go to
 * noVNC's canvas as copies of their events, and text that no key has typed goes out as text. A key that pastes waits
 * until the paste event, or `options.paste`, has sent the text; all input after it keeps its order.
 */
export class KeyboardField implements IDisposable {
  constructor(options: KeyboardField.IOptions) {
    this._options = options;
    this.node = document.createElement('textarea');
    this.node.className = 'jp-Desktop-keyboard';
    this.node.setAttribute('aria-label', options.label);
    this.node.autocapitalize = 'off';
    this.node.autocomplete = 'off';
    this.node.spellcheck = false;
    this.node.setAttribute('autocorrect', 'off');
    // The device's keyboard covers half of the desktop: it comes only on request.
    this.node.inputMode = 'none';
    this.held = new HeldInput(event => this._forward(event));
    this._accents = new HeldAccents({ isEnabled: options.holdForAccents, clear: () => (this.node.value = '') });
    for (const type of EVENTS) {
      this.node.addEventListener(type, this);
    }
  }

  readonly node: HTMLTextAreaElement;

  /** Input that waits for the clipboard. */
  readonly held: HeldInput;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.held.clear();
    for (const type of EVENTS) {
      this.node.removeEventListener(type, this);
    }
    this.node.remove();
  }

  /** Whether keys go to the desktop; otherwise the page has them. */
  get captures(): boolean {
    return this._captures;
  }

  set captures(value: boolean) {
    this._captures = value;
    this._release();
  }

  focus(): void {
    this.node.focus({ preventScroll: true });
  }

  /** Raise the keyboard of a phone or tablet, or lower it. */
  raise(isRaised: boolean): void {
    this.node.inputMode = isRaised ? 'text' : 'none';
    // Devices look at the mode when the focus comes.
    this.node.blur();
    this.focus();
  }

  get hasFocus(): boolean {
    return document.activeElement === this.node && document.hasFocus();
  }

  /** Move the field to a mouse event: there, input methods open their windows. */
  moveTo(event: MouseEvent): void {
    const { left, top } = this.node.parentElement!.getBoundingClientRect();
    this.node.style.left = `${event.clientX - left}px`;
    this.node.style.top = `${event.clientY - top}px`;
  }

  /** Whether this is a copy of an event that was held. */
  hasReplayed(event: Event): boolean {
    return this._replayed.has(event);
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'keydown':
        return this._onKeyDown(event as KeyboardEvent);
      case 'keyup':
        return this._onKeyUp(event as KeyboardEvent);
      case 'paste':
        return this._onPaste(event as ClipboardEvent);
      case 'compositionstart':
        // Chromium reports no releases to the page until the input method is done.
        return this._release();
      case 'compositionend':
        // Safari's last input event comes after this one.
        setTimeout(() => this._sendText());
        return;
      case 'input':
        return this._onInput(event as InputEvent);
      case 'blur':
        return this._release();
    }
  }

  private _onKeyDown(event: KeyboardEvent): void {
    if (isChord(event, 'l')) {
      consume(event);
      this._release();
      this._options.leave();
      return;
    }
    if (isChord(event, 'k')) {
      consume(event);
      this._options.toggle();
      return;
    }
    if (isChord(event, 'm')) {
      consume(event);
      this._options.lockPointer();
      return;
    }
    if (!this._captures || !this._options.enabled()) {
      return;
    }
    if (isComposed(event)) {
      event.stopPropagation();
      return;
    }
    this._sendText(); // what was composed comes before the key
    const { isLeft, isSent } = this._accents.onKeyDown(event);
    if (isPaste(event) || isLeft) {
      // Not prevented: the browser's paste event follows, or input.
      event.stopPropagation();
    } else {
      consume(event);
    }
    if (isPaste(event) && !this.held.isHolding) {
      this.held.hold(event, () => this._paste());
    } else if (isSent) {
      this._send(event);
    }
    if (isLeft && isSent) {
      this._send(releaseOf(event));
    }
  }

  private _onKeyUp(event: KeyboardEvent): void {
    if (!this._captures || !this._options.enabled()) {
      return;
    }
    consume(event);
    this._accents.onKeyUp(event);
    this._send(event);
  }

  /** Forward a key in its order. */
  private _send(event: KeyboardEvent): void {
    if (!this.held.holdsBack(event)) {
      this._forward(event);
    }
  }

  private _onPaste(event: ClipboardEvent): void {
    consume(event);
    if (event.clipboardData === null || !this._options.enabled()) {
      return;
    }
    // Now: Firefox empties the data as soon as the event's listeners have returned.
    const isWanted = this._options.paste(event.clipboardData);
    // There is no key to wait with if the browser's menu pastes.
    this._pasted?.(isWanted);
  }

  /** Wait for the paste event of the key that was just pressed; return whether the desktop may have the key. */
  private async _paste(): Promise<boolean> {
    const isWanted = await new Promise<boolean | null>(resolve => {
      this._pasted = resolve;
      setTimeout(() => resolve(null), PASTE_EVENT_MS);
    });
    this._pasted = null;
    return isWanted ?? this._options.paste(null);
  }

  private _onInput(event: InputEvent): void {
    event.stopPropagation();
    if (event.inputType === 'deleteContentBackward' && this.node.value === '') {
      this._accents.end();
      this._options.type('\b');
    }
    if (!event.isComposing) {
      this._sendText();
    }
  }

  /** Send the text that input methods have put into the field. */
  private _sendText(): void {
    const text = this._accents.takeText(this.node);
    if (text !== '' && this._captures && this._options.enabled()) {
      this._options.type(text);
    }
  }

  private _forward(event: KeyboardEvent | MouseEvent): void {
    if (event instanceof MouseEvent) {
      const copy = new MouseEvent(event.type, event);
      this._replayed.add(copy);
      this._options.canvas()?.dispatchEvent(copy);
      return;
    }
    if (isMac()) {
      if (event.key === 'Meta') {
        return; // Cmd means something only with another key
      }
      if (event.type === 'keydown' && event.metaKey && this._options.commandKey() === 'control') {
        this._dispatchCommand(event);
        return;
      }
    }
    this._dispatch(copyKey(event));
  }

  /** Send Cmd and a key as Ctrl and that key, pressed and released: macOS reports no release while Cmd is held. */
  private _dispatchCommand(event: KeyboardEvent): void {
    const control = { key: 'Control', code: 'ControlLeft', keyCode: 17, location: 1, metaKey: false, repeat: false };
    this._dispatch(copyKey(event, { ...control, ctrlKey: true }));
    this._dispatch(copyKey(event, { ctrlKey: true, metaKey: false }));
    this._dispatch(releaseOf(event));
    this._dispatch(new KeyboardEvent('keyup', { ...control, cancelable: true }));
  }

  private _dispatch(event: KeyboardEvent): void {
    if (event.type === 'keydown') {
      this._down.set(event.code, event);
    } else {
      this._down.delete(event.code);
    }
    this._options.canvas()?.dispatchEvent(event);
  }

  /** Release all keys: the releases of keys that are held now go elsewhere. */
  private _release(): void {
    const down = [...this._down.values()];
    for (const each of down.reverse()) {
      this._dispatch(releaseOf(each));
    }
  }

  private readonly _options: KeyboardField.IOptions;
  private readonly _accents: HeldAccents;
  /** The keys that are down on the desktop, by code. */
  private readonly _down = new Map<string, KeyboardEvent>();
  private readonly _replayed = new WeakSet<Event>();
  private _pasted: ((isWanted: Promise<boolean>) => void) | null = null;
  private _captures = true;
  private _isDisposed = false;
}

const EVENTS = ['keydown', 'keyup', 'paste', 'input', 'compositionstart', 'compositionend', 'blur'];

/** The time from a key that pastes to the browser's paste event, which has no other work before it. */
const PASTE_EVENT_MS = 100;

export namespace KeyboardField {
  /** What Cmd is on the desktop: Ctrl, or what noVNC makes of it (Alt). */
  export type CommandKey = 'control' | 'alt';

  export interface IOptions {
    /** The field's name for screen readers. */
    label: string;
    /** The canvas that takes key events, if there is one. */
    canvas: () => HTMLCanvasElement | null;
    /** Returns whether the desktop takes keys. */
    enabled: () => boolean;
    commandKey: () => CommandKey;
    /** Returns whether a Mac shows accents while a letter's key is held. */
    holdForAccents: () => boolean;
    /** Types a text on the desktop. */
    type: (text: string) => void;
    /**
     * Sends the text that is pasted to the desktop's clipboard; `null` if the browser sent no paste event. The data have
     * to be read before it returns. Returns whether the desktop may have the key that pastes.
     */
    paste: (data: DataTransfer | null) => Promise<boolean>;
    /** Moves the focus out of the desktop. */
    leave: () => void;
    /** Gives the keys to the page, or back to the desktop. */
    toggle: () => void;
    /** Gives the pointer to the desktop, or releases it. */
    lockPointer: () => void;
  }
}
