import { Contents } from './clipboardcontents';
import { fingerprint } from './clipboardforms';

import type { IContents } from './clipboardcontents';
import type { ClipboardForms, IKnown } from './clipboardforms';
import type { ClipboardFailure } from './clipboardmessages';

/** The length in bytes, of texts in UTF-8, that desktops accept. */
const MAX_BYTES = 16 * 1024 * 1024 - 1;

/** Sends what the browser's clipboard holds to the desktop, if the desktop has not got it. */
export class ClipboardSender {
  constructor(private readonly _options: ClipboardSender.IOptions) {}

  /** What the browser's clipboard held last; if it is unchanged, the desktop's may be newer. */
  known: IKnown | null = null;

  /** Send contents if they are new; return whether the desktop's are the newest then. */
  async take(contents: IContents): Promise<boolean> {
    const { text, html, picture } = contents;
    if (Contents.isEmpty(contents) || this._knows(contents)) {
      return true;
    }
    if (Contents.sizeOf(contents) > MAX_BYTES) {
      return this._options.failed('too-long');
    }
    if (html === '' && picture === null) {
      return this.takeText(text);
    }
    const print = await fingerprint(picture);
    if (print !== null && print === this.known?.picture && text === this.known.text) {
      return true;
    }
    const failure = await this._options.forms.send(contents);
    if (failure === null) {
      this._note({ text, html, picture: print, isOfDesktop: false });
      return true;
    }
    return text === '' ? this._options.failed(failure) : this.takeText(text);
  }

  /** Send a text if it is new; whatever else belongs to it remains unknown. */
  takeText(text: string): boolean {
    if (text === '' || text === this.known?.text) {
      return true;
    }
    if (Contents.sizeOf(Contents.ofText(text)) > MAX_BYTES) {
      return this._options.failed('too-long');
    }
    this._note({ text, html: null, picture: null, isOfDesktop: false });
    this._options.send(text);
    return true;
  }

  /** Whether contents without a picture are known; of others, the fingerprint tells. */
  private _knows({ text, html, picture }: IContents): boolean {
    if (this.known === null || picture !== null || text !== this.known.text) {
      return false;
    }
    return (this.known.isOfDesktop && text !== '') || html === '' || html === this.known.html;
  }

  private _note(known: IKnown): void {
    this.known = known;
    this._options.sent();
  }
}

export namespace ClipboardSender {
  export interface IOptions {
    forms: ClipboardForms;
    /** Sends a text by RFB. */
    send: (text: string) => void;
    /** Called before a text, and after other contents, are sent. */
    sent: () => void;
    /** Called if contents can't be pasted. */
    failed: (reason: ClipboardFailure) => false;
  }
}
