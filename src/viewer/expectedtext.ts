import { ClipboardAccess } from './clipboardaccess';

/** The time from a key that copies to the desktop's text. */
const TIMEOUT_MS = 1500;

/** A text that the desktop is about to send, in a browser that has to know of it at the key that copies it: WebKit. */
export class ExpectedText {
  /** Whether the browser waits for a text. */
  get isExpected(): boolean {
    return this._take !== null;
  }

  /**
   * Put the desktop's next text into the browser's clipboard, and return it; null if none comes soon, for the key may do
   * something else there. Reject if the browser refuses it.
   */
  async write(): Promise<string | null> {
    let take!: (text: string) => void;
    let isTaken = false;
    const coming = new Promise<string>((resolve, reject) => {
      take = text => {
        isTaken = true;
        resolve(text);
      };
      setTimeout(reject, TIMEOUT_MS);
    });
    this._take = take;
    try {
      await ClipboardAccess.announce(coming);
      return await coming;
    } catch (error) {
      if (isTaken) {
        throw error;
      }
      return null;
    } finally {
      if (this._take === take) {
        this._take = null;
      }
    }
  }

  /** Give the browser the text. */
  take(text: string): void {
    this._take?.(text);
  }

  /** Expect no text any more: something else was copied. */
  cancel(): void {
    this._take = null;
  }

  private _take: ((text: string) => void) | null = null;
}
