import { ClipboardAccess } from './clipboardaccess';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { ITranslation } from './translation';

/** The length of a text, in bytes of UTF-8, that VNC servers accept. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024 - 1;

/** Failures after which a paste did nothing. */
const PASTE_FAILURES = ['read', 'no-text', 'too-long'];

/** The time that the focus, a pointer or a button waits for the browser's clipboard. */
const OFFER_TIMEOUT_MS = 500;

/** The time from a key that copies to the desktop's text, in a browser that has to know of it at the key. */
const COPY_TIMEOUT_MS = 1500;

/**
 * Copies text between the browser's clipboard and a desktop's. What was copied last, on either side, wins.
 *
 * The browser's text goes to the desktop when a key pastes it (`paste`), and ahead of that if the page may read the
 * clipboard (`offer`). A text that was copied on the desktop goes to the browser as soon as the desktop has the focus.
 */
export class ClipboardBridge implements IDisposable {
  constructor(options: ClipboardBridge.IOptions) {
    this._options = options;
    for (const type of ['copy', 'cut']) {
      document.addEventListener(type, this, true);
    }
    window.addEventListener('blur', this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    for (const type of ['copy', 'cut']) {
      document.removeEventListener(type, this, true);
    }
    window.removeEventListener('blur', this);
  }

  /** Whether a text of the desktop waits for the browser to accept it. */
  get isWaiting(): boolean {
    return this._waiting !== null;
  }

  /** The user copies something on this page, or may copy something elsewhere. */
  handleEvent(event: Event): void {
    if (this._isWriting) {
      return;
    }
    this._isDesktopNewer = false;
    if (event.type !== 'blur') {
      this._waiting = null;
    }
  }

  /** A key copies on the desktop: say that the text stays there, if it does, or announce it to a browser that must know. */
  copies(): void {
    if (!this._options.allows('clipboard-out')) {
      this._fail('copy-denied');
    } else if (ClipboardAccess.mustAnnounce() && this._announced === null) {
      void this._announce();
    }
  }

  /** Put a text that was copied on the desktop into the browser's clipboard, now or when the desktop has the focus. */
  async receive(text: string): Promise<void> {
    if (!this._options.allows('clipboard-out')) {
      return;
    }
    this._isDesktopNewer = document.hasFocus();
    this._waiting = text;
    if (this._announced !== null) {
      this._announced(text);
    } else if (this._options.hasFocus()) {
      await this._write();
    }
  }

  /**
   * Bring both clipboards up to date when the desktop gets the focus, the pointer or a button: write the desktop's
   * text that waits, or send the browser's if the page may read it without asking.
   */
  async offer(): Promise<void> {
    if (this._isDisposed || this._isOffering) {
      return;
    }
    this._isOffering = true;
    try {
      const work = this._synchronize();
      await Promise.race([work, new Promise<void>(resolve => setTimeout(resolve, OFFER_TIMEOUT_MS))]);
    } finally {
      this._isOffering = false;
    }
  }

  /**
   * Send the text of a paste event, or what the browser lets the page read without one. Return whether the desktop may
   * paste now: it has the newest text.
   */
  async paste(data: DataTransfer | null): Promise<boolean> {
    if (!this._options.allows('clipboard-in')) {
      // What is pasted then is the desktop's own text.
      this._fail('paste-denied');
      return true;
    }
    if (data === null) {
      return this._pasteByReading();
    }
    const text = data.getData('text/plain');
    if (text === '' && data.types.length > 0 && !this._isDesktopNewer) {
      this._fail('no-text');
      return false;
    }
    return this._take(text);
  }

  /** Read the browser's clipboard after a click on a button, and send it; the browser may ask the user first. */
  async send(): Promise<boolean> {
    if (!this._options.allows('clipboard-in')) {
      this._fail('paste-denied');
      return false;
    }
    return this._pasteByReading(true);
  }

  /** `isRequired`: an empty clipboard is a failure. */
  private async _pasteByReading(isRequired = false): Promise<boolean> {
    if (!ClipboardAccess.canRead()) {
      return this._isDesktopNewer || this._fail('missing');
    }
    try {
      // However long the user takes to answer the browser's question.
      const text = await navigator.clipboard.readText();
      return text === '' && isRequired ? this._fail('no-text') : this._take(text);
    } catch {
      return this._isDesktopNewer || this._fail('read');
    }
  }

  /** Send a text of the browser's clipboard if it is new; return whether the desktop's clipboard is the newest then. */
  private _take(text: string): boolean {
    if (this._isDisposed || text === '' || text === this._known) {
      return true;
    }
    if (new Blob([text]).size > MAX_TEXT_BYTES) {
      return this._fail('too-long');
    }
    this._known = text;
    this._waiting = null;
    this._isDesktopNewer = false;
    this._options.send(text);
    return true;
  }

  private async _synchronize(): Promise<void> {
    let text: string | null = null;
    if (await ClipboardAccess.mayRead()) {
      // A clipboard that can't be read now is one without a text.
      text = await navigator.clipboard.readText().catch(() => null);
    }
    const isChanged = text !== null && this._known !== null && text !== this._known && text !== this._waiting;
    if (this._waiting !== null && (!isChanged || this._isDesktopNewer)) {
      if (this._options.hasFocus()) {
        await this._write();
      }
    } else if (text !== null && this._options.allows('clipboard-in')) {
      this._take(text);
    }
  }

  /** Write the desktop's next text, if one comes soon; the key may do something else there. */
  private async _announce(): Promise<void> {
    const text = new Promise<string>((resolve, reject) => {
      this._announced = resolve;
      setTimeout(reject, COPY_TIMEOUT_MS);
    });
    try {
      await ClipboardAccess.announce(text);
      this._written(await text);
    } catch {
      if (this._waiting !== null) {
        this._fail('write');
      } // else nothing was copied
    } finally {
      this._announced = null;
    }
  }

  private _written(text: string): void {
    this._known = text;
    if (this._waiting === text) {
      this._waiting = null;
    }
  }

  private async _write(): Promise<void> {
    const text = this._waiting;
    if (text === null || this._announced !== null) {
      return;
    }
    this._isWriting = true;
    try {
      await ClipboardAccess.write(text);
      this._written(text);
    } catch {
      // The desktop's clipboard still has the text; the next click or key tries again.
      this._fail(navigator.clipboard ? 'write' : 'missing');
    } finally {
      this._isWriting = false;
    }
  }

  private _fail(reason: ClipboardBridge.Failure): false {
    if (!this._isDisposed) {
      this._options.failed(reason, PASTE_FAILURES.includes(reason));
    }
    return false;
  }

  private readonly _options: ClipboardBridge.IOptions;
  /** The last known text of the browser's clipboard; if it is unchanged, the desktop's may be newer. */
  private _known: string | null = null;
  /** A text of the desktop that the browser's clipboard has not got yet. */
  private _waiting: string | null = null;
  /** Whether the desktop copied while the user could not copy elsewhere. */
  private _isDesktopNewer = false;
  /** Takes the text of a key that copies, in a browser that waits for it. */
  private _announced: ((text: string) => void) | null = null;
  private _isOffering = false;
  private _isWriting = false;
  private _isDisposed = false;
}

/** Return a message for the user about a failure. */
export function clipboardMessage(reason: ClipboardBridge.Failure, trans: ITranslation): string {
  switch (reason) {
    case 'paste-denied':
      return trans.__('You cannot paste here: text from your browser’s clipboard is not sent to this desktop.');
    case 'copy-denied':
      return trans.__('Text copied on this desktop stays there: it is not sent to your browser.');
    case 'no-text':
      return trans.__('Nothing was pasted: the browser’s clipboard has no text, and only text can be pasted here.');
    case 'too-long':
      return trans.__('Nothing was pasted: the text is longer than 16 MB, the limit of a desktop’s clipboard.');
    case 'missing':
      return window.isSecureContext
        ? trans.__('The clipboard is not shared: this browser does not let pages access it.')
        : trans.__('The clipboard is not shared: browsers require https, or a server on this computer.');
    case 'read':
      return trans.__(
        'Nothing was pasted: the browser does not let this page read the clipboard. Allow it when the browser asks, or in its settings for this site; or paste with Ctrl+V.'
      );
    case 'write':
      return trans.__('The browser accepts the copied text only with a click or a key. Click the desktop.');
  }
}

export namespace ClipboardBridge {
  /**
   * The page cannot access the clipboard, or is not allowed to read or write it now; the clipboard has no text, or too
   * long a text; or the connection has no right to send text to the desktop, or to receive text from it.
   */
  export type Failure = 'missing' | 'read' | 'write' | 'no-text' | 'too-long' | 'paste-denied' | 'copy-denied';

  export interface IOptions {
    /** Returns whether the desktop has the keyboard's focus. */
    hasFocus: () => boolean;
    /** Returns whether the connection has a right. */
    allows: (right: Desktop.Right) => boolean;
    /** Sends a text to the desktop's clipboard. */
    send: (text: string) => void;
    /** Called when a text could not be copied; `isPaste`: a paste, which the user has just asked for. */
    failed: (reason: Failure, isPaste: boolean) => void;
  }
}
