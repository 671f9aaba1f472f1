import { ClipboardAccess } from './clipboardaccess';
import { Contents, HTML, PNG, TEXT } from './clipboardcontents';
import { ClipboardForms } from './clipboardforms';
import { COPY_FAILURES, PASTE_FAILURES } from './clipboardmessages';
import { ClipboardSender } from './clipboardsender';
import { ExpectedText } from './expectedtext';

import type { IDisposable } from '@lumino/disposable';
import type { IKnown } from './clipboardforms';
import type { ClipboardFailure } from './clipboardmessages';
import type { IForms } from './clipboardnotify';
import type { IClipboardOptions } from './clipboardoptions';

/** The time that the focus, a pointer or a button waits for the browser's clipboard. */
const OFFER_TIMEOUT_MS = 2000;

/** What was copied on the desktop; `text` is null until it comes, `types` are those of the forms that RFB can't carry. */
interface ICopied {
  text: string | null;
  types: readonly string[];
}

/**
 * Copies between the browser's clipboard and a desktop's. What was copied last, on either side, wins.
 *
 * The browser's contents go to the desktop when a key pastes them (`paste`), a text ahead of that if the page may read
 * the clipboard (`offer`). What was copied on the desktop goes to the browser as soon as the desktop has the focus. RFB
 * carries texts; pictures, and HTML with its text, go through `options.channel`.
 */
export class ClipboardBridge implements IDisposable {
  constructor(options: IClipboardOptions) {
    this._options = options;
    this._forms = new ClipboardForms(options.channel);
    this._sender = new ClipboardSender({
      forms: this._forms,
      send: options.send,
      sent: () => {
        this._waiting = null;
        this._isDesktopNewer = false;
        this._isUnchanged = false;
        options.done(PASTE_FAILURES);
      },
      failed: reason => this._fail(reason)
    });
    document.addEventListener('copy', this, true);
    document.addEventListener('cut', this, true);
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
    document.removeEventListener('copy', this, true);
    document.removeEventListener('cut', this, true);
    window.removeEventListener('blur', this);
  }

  /** Whether something of the desktop waits for the browser to accept it. */
  get isWaiting(): boolean {
    return this._waiting !== null;
  }

  /** The user copies something on this page, or may copy something elsewhere. */
  handleEvent(event: Event): void {
    if (this._isWriting) {
      return;
    }
    this._isDesktopNewer = false;
    this._isUnchanged = false;
    if (event.type !== 'blur') {
      this._waiting = null;
    }
  }

  /** A key copies on the desktop: say that the text stays there, if it does, or expect it if the browser must know. */
  copies(): void {
    if (!this._options.allows('clipboard-out')) {
      this._fail('copy-denied');
    } else if (ClipboardAccess.mustAnnounce() && !this._expected.isExpected) {
      void this._expect();
    }
  }

  /** Note in which forms something was copied on the desktop. A text comes by itself, through `receive`. */
  async announce(forms: IForms): Promise<void> {
    this._announced = null;
    if (!this._options.allows('clipboard-out') || (!forms.html && !forms.picture)) {
      return;
    }
    if (!this._forms.isUsable || !Contents.canWrite()) {
      if (forms.picture) {
        this._fail(this._forms.isUsable ? 'no-pictures' : 'stays');
      }
      return;
    }
    const types = [TEXT, HTML, PNG].filter((_, index) => [forms.text, forms.html, forms.picture][index]);
    const copied: ICopied = { text: null, types };
    this._announced = forms.text ? copied : null;
    await this._receive(copied);
  }

  /** Put a text that was copied on the desktop into the browser's clipboard, now or when the desktop has the focus. */
  async receive(text: string): Promise<void> {
    if (!this._options.allows('clipboard-out')) {
      return;
    }
    const copied = this._announced ?? { text, types: [] };
    copied.text = text;
    if (this._announced !== null && copied.types.length > 0) {
      this._announced = null;
      return; // it is written with the other forms
    }
    if (this._isUnchanged && this._sender.known?.text === text) {
      return; // in the other forms, too
    }
    await this._receive(copied);
  }

  /**
   * Bring both clipboards up to date when the desktop gets the focus, the pointer or a button: write the desktop's
   * contents that wait, or send the browser's text if the page may read it without asking.
   */
  async offer(): Promise<void> {
    if (!this._isDisposed) {
      // A button waits for what the pointer or the focus has begun.
      this._offering ??= Promise.race([
        this._synchronize(),
        new Promise<void>(resolve => setTimeout(resolve, OFFER_TIMEOUT_MS))
      ]).finally(() => (this._offering = null));
      await this._offering;
    }
  }

  /**
   * Send the contents of a paste event, or what the browser lets the page read without one. Return whether the desktop
   * may paste now: it has the newest contents.
   */
  async paste(data: DataTransfer | null): Promise<boolean> {
    if (!this._options.allows('clipboard-in')) {
      // What is pasted then is the desktop's own.
      this._fail('paste-denied');
      return true;
    }
    if (this._waiting !== null && this._isDesktopNewer) {
      return true; // the browser's clipboard will have the desktop's
    }
    if (data === null) {
      return this._pasteByReading();
    }
    const contents = Contents.ofPaste(data);
    if (Contents.isEmpty(contents) && data.types.length > 0 && !this._isDesktopNewer) {
      return this._fail('nothing');
    }
    return this._sender.take(contents);
  }

  /** Read the browser's clipboard after a click on a button, and send it; the browser may ask the user first. */
  async send(): Promise<boolean> {
    if (!this._options.allows('clipboard-in')) {
      return this._fail('paste-denied');
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
      const contents = await Contents.read();
      return Contents.isEmpty(contents) && isRequired ? this._fail('nothing') : await this._sender.take(contents);
    } catch {
      return this._isDesktopNewer || this._fail('read');
    }
  }

  private async _synchronize(): Promise<void> {
    let text: string | null = null;
    if (await ClipboardAccess.mayRead()) {
      // A clipboard that can't be read now is one without a text.
      text = await navigator.clipboard.readText().catch(() => null);
    }
    const isChanged =
      text !== null && this._sender.known !== null && text !== this._sender.known.text && text !== this._waiting?.text;
    if (this._waiting !== null && (!isChanged || this._isDesktopNewer)) {
      if (this._options.hasFocus()) {
        await this._write();
      }
    } else if (text !== null && this._options.allows('clipboard-in')) {
      this._sender.takeText(text);
    }
  }

  private async _receive(copied: ICopied): Promise<void> {
    this._isDesktopNewer = document.hasFocus();
    this._isUnchanged = false;
    this._waiting = copied;
    if (this._expected.isExpected && copied.types.length === 0) {
      this._expected.take(copied.text!);
    } else if (this._options.hasFocus()) {
      this._expected.cancel();
      await this._write();
    }
  }

  private async _expect(): Promise<void> {
    try {
      const text = await this._expected.write();
      if (text !== null) {
        this._sender.known = { text, html: null, picture: null, isOfDesktop: true };
        this._options.done(['write']);
        if (this._waiting?.text === text) {
          this._waiting = null;
        }
      }
    } catch {
      this._fail('write');
    }
  }

  private async _write(): Promise<void> {
    const copied = this._waiting;
    if (copied === null || copied === this._writing || this._expected.isExpected) {
      return;
    }
    this._writing = copied;
    try {
      const known = copied.types.length > 0 ? await this._writeForms(copied) : await this._writeText(copied.text!);
      if (known !== null) {
        this._sender.known = known;
        this._isUnchanged = known.html !== null;
        this._options.done(copied.types.includes(PNG) ? COPY_FAILURES : ['write']);
      }
      if (this._waiting === copied) {
        this._waiting = null;
      }
    } catch {
      // The desktop's clipboard still has it; the next click or key tries again.
      this._fail(navigator.clipboard ? 'write' : 'missing');
    } finally {
      this._writing = null;
    }
  }

  private async _writeText(text: string): Promise<IKnown> {
    this._isWriting = true;
    await ClipboardAccess.write(text).finally(() => (this._isWriting = false));
    return { text, html: null, picture: null, isOfDesktop: true };
  }

  /** Write all forms, or the text alone if the desktop does not give the others. */
  private async _writeForms(copied: ICopied): Promise<IKnown | null> {
    const known = await this._forms.write(copied.types, () => copied === this._waiting);
    if (known !== null || copied !== this._waiting) {
      return known;
    }
    if (copied.types.includes(PNG)) {
      this._fail('not-fetched');
    }
    copied.types = [];
    return copied.text === null ? null : this._writeText(copied.text);
  }

  private _fail(reason: ClipboardFailure): false {
    if (!this._isDisposed) {
      this._options.failed(reason, PASTE_FAILURES.includes(reason));
    }
    return false;
  }

  private readonly _options: IClipboardOptions;
  private readonly _forms: ClipboardForms;
  private readonly _sender: ClipboardSender;
  /** Whether the user could copy nothing else in the browser since all forms of the desktop's were written. */
  private _isUnchanged = false;
  /** What the browser's clipboard has not got yet. */
  private _waiting: ICopied | null = null;
  /** What was announced in other forms, if its text is yet to come. */
  private _announced: ICopied | null = null;
  private readonly _expected = new ExpectedText();
  /** Whether the desktop copied while the user could not copy elsewhere. */
  private _isDesktopNewer = false;
  /** What is being written. */
  private _writing: ICopied | null = null;
  private _offering: Promise<void> | null = null;
  /** Whether a copy event is our own. */
  private _isWriting = false;
  private _isDisposed = false;
}
