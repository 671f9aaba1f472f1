import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { ITranslation } from './translation';

/** The time that a paste waits for the browser's clipboard; the browser may ask the user first. */
const READ_TIMEOUT_MS = 1000;

/**
 * Copies text between the browser's clipboard and a desktop's.
 *
 * It reads the browser's clipboard when the user presses Ctrl+V or Cmd+V, because Firefox and Safari require a user
 * gesture. It delays that key and the keys after it until the text is sent, so that the desktop pastes the new text.
 */
export class ClipboardBridge implements IDisposable {
  constructor(options: ClipboardBridge.IOptions) {
    this._node = options.node;
    this._allows = options.allows;
    this._send = options.send;
    this._failed = options.failed;
    for (const type of ['keydown', 'keyup']) {
      this._node.addEventListener(type, this, true);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    for (const type of ['keydown', 'keyup']) {
      this._node.removeEventListener(type, this, true);
    }
  }

  /** Put a text that was copied on the desktop into the browser's clipboard. */
  async receive(text: string): Promise<void> {
    if (!this._allows('clipboard-out') || !this._node.contains(document.activeElement)) {
      return;
    }
    if (!navigator.clipboard) {
      return this._fail('missing');
    }
    try {
      await navigator.clipboard.writeText(text);
      this._lastText = text;
    } catch {
      // The desktop's clipboard still has the text.
      this._fail('write');
    }
  }

  handleEvent(event: KeyboardEvent): void {
    if (this._replaying) {
      return;
    }
    const isShortcut = event.type === 'keydown' && (event.ctrlKey || event.metaKey);
    const pastes = isShortcut && event.code === 'KeyV';
    const allowed = this._allows('clipboard-in');
    const readable = allowed && Boolean(navigator.clipboard?.readText);
    if (pastes && !readable) {
      this._fail(allowed ? 'missing' : 'paste-denied');
    }
    if (isShortcut && ['KeyC', 'KeyX'].includes(event.code) && !this._allows('clipboard-out')) {
      this._fail('copy-denied');
    }
    if (this._delayedEvents === null && !(pastes && readable)) {
      return;
    }
    event.stopImmediatePropagation();
    event.preventDefault();
    if (this._delayedEvents === null) {
      this._delayedEvents = [event];
      void this._paste();
    } else {
      this._delayedEvents.push(event);
    }
  }

  private async _paste(): Promise<void> {
    const read = this._read();
    const timeout = new Promise<void>(resolve => setTimeout(resolve, READ_TIMEOUT_MS));
    await Promise.race([read, timeout]);
    const events = this._delayedEvents ?? [];
    this._delayedEvents = null;
    this._replaying = true;
    for (const event of events) {
      if (!this._isDisposed) {
        event.target?.dispatchEvent(new KeyboardEvent(event.type, event));
      }
    }
    this._replaying = false;
  }

  private async _read(): Promise<void> {
    try {
      const text = await navigator.clipboard.readText();
      if (text !== '' && text !== this._lastText && !this._isDisposed && this._allows('clipboard-in')) {
        this._lastText = text;
        this._send(text);
      }
    } catch {
      // The desktop pastes its own clipboard.
      this._fail('read');
    }
  }

  private _fail(reason: ClipboardBridge.Failure): void {
    if (!this._isDisposed) {
      this._failed(reason);
    }
  }

  private readonly _node: HTMLElement;
  private readonly _allows: ClipboardBridge.IOptions['allows'];
  private readonly _send: (text: string) => void;
  private readonly _failed: (reason: ClipboardBridge.Failure) => void;
  private _delayedEvents: KeyboardEvent[] | null = null;
  /** The last known text of the browser's clipboard; if it is unchanged, the desktop's may be newer. */
  private _lastText: string | null = null;
  private _replaying = false;
  private _isDisposed = false;
}

/** Return a message for the user about a failure. */
export function clipboardMessage(reason: ClipboardBridge.Failure, trans: ITranslation): string {
  switch (reason) {
    case 'paste-denied':
      return trans.__('You cannot paste here: text from your browser’s clipboard is not sent to this desktop.');
    case 'copy-denied':
      return trans.__('Text copied on this desktop stays there: it is not sent to your browser.');
    case 'missing':
      return window.isSecureContext
        ? trans.__('The clipboard is not shared: this browser does not let pages access it.')
        : trans.__('The clipboard is not shared: browsers require https, or a server on this computer.');
    case 'read':
      return trans.__(
        'The browser does not let this page read the clipboard. Allow it in the browser’s settings for this site.'
      );
    case 'write':
      return trans.__('The browser did not accept the copied text. Click the desktop, and copy it again.');
  }
}

export namespace ClipboardBridge {
  /**
   * The page cannot access the clipboard, or is not allowed to read or write it now; or the connection has no right to
   * send text to the desktop, or to receive text from it.
   */
  export type Failure = 'missing' | 'read' | 'write' | 'paste-denied' | 'copy-denied';

  export interface IOptions {
    /** The element that receives the desktop's key events. */
    node: HTMLElement;
    /** Returns whether the connection has a right. */
    allows: (right: Desktop.Right) => boolean;
    /** Sends a text to the desktop's clipboard. */
    send: (text: string) => void;
    /** Called when a text could not be copied. */
    failed: (reason: Failure) => void;
  }
}
