import { Contents, PNG } from './clipboardcontents';

import type { IDesktopClipboard } from '../tokens';
import type { IContents } from './clipboardcontents';
import type { ClipboardFailure } from './clipboardmessages';

/** The name of the error by which a browser refuses to write now; others are about the contents. */
const REFUSED = 'NotAllowedError';

/** What both clipboards are known to hold. */
export interface IKnown {
  text: string;
  /** Null if it is not known: only the text was sent, or came. */
  html: string | null;
  /** The fingerprint of the picture. */
  picture: string | null;
  /** Whether the desktop copied it: the browser makes HTML anew, which is not sent back. */
  isOfDesktop: boolean;
}

/** Carries the forms of a clipboard's contents that RFB does not. */
export class ClipboardForms {
  constructor(private readonly _channel: IDesktopClipboard) {}

  /** Whether the desktop takes them, as far as it is known. */
  get isUsable(): boolean {
    return this._channel.isUsable;
  }

  /** Send contents to the desktop; return why it did not take them. */
  async send(contents: IContents): Promise<ClipboardFailure | null> {
    if (!this._channel.isUsable) {
      return 'text-only';
    }
    try {
      await this._channel.write(await Contents.toModel(contents));
      return null;
    } catch {
      return this._channel.isUsable ? 'not-sent' : 'text-only';
    }
  }

  /**
   * Write what was copied on the desktop, in these types, to the browser's clipboard; return it, or null if the desktop
   * does not give it whole, or it is not wanted any more when it comes. Rejects if the browser does not accept it now.
   */
  async write(types: readonly string[], isWanted: () => boolean): Promise<IKnown | null> {
    let isFetched = false;
    const fetched = this._channel.read().then(model => {
      const contents = Contents.fromModel(model);
      isFetched = types.every(type => type in model) && isWanted();
      if (!isFetched) {
        throw new Error('There is nothing to copy.');
      }
      return contents;
    });
    try {
      await Contents.write(types, fetched);
    } catch (error) {
      await fetched.catch(() => undefined);
      if (isFetched && (error as Error).name === REFUSED) {
        throw error;
      }
      return null;
    }
    const { text, html, picture } = await fetched;
    return { text, html, picture: types.includes(PNG) ? await fingerprint(picture) : null, isOfDesktop: true };
  }
}

/** Return a picture's fingerprint; null if there is none, or the browser can't show it. */
export async function fingerprint(picture: Blob | null): Promise<string | null> {
  return picture && Contents.fingerprint(picture).catch(() => null);
}
