import type { ITranslation } from './translation';

/**
 * The page cannot access the clipboard, or is not allowed to read or write it now; the clipboard has nothing that can be
 * pasted, or too much; the desktop, or this way to it, takes no pictures, or did not take or send one; the browser lets
 * no page copy pictures; or the connection has no right to send to the desktop, or to receive from it.
 */
export type ClipboardFailure =
  | 'missing'
  | 'read'
  | 'write'
  | 'nothing'
  | 'too-long'
  | 'text-only'
  | 'not-sent'
  | 'not-fetched'
  | 'no-pictures'
  | 'stays'
  | 'paste-denied'
  | 'copy-denied';

/** Failures after which a paste did nothing. */
export const PASTE_FAILURES: readonly ClipboardFailure[] = ['read', 'nothing', 'too-long', 'text-only', 'not-sent'];

/** Failures after which a picture that was copied on the desktop is not in the browser's clipboard. */
export const COPY_FAILURES: readonly ClipboardFailure[] = ['write', 'not-fetched'];

/** Return a message for the user about a failure. */
export function clipboardMessage(reason: ClipboardFailure, trans: ITranslation): string {
  switch (reason) {
    case 'paste-denied':
      return trans.__('You cannot paste here: your browser’s clipboard is not sent to this desktop.');
    case 'copy-denied':
      return trans.__('What you copy on this desktop stays there: it is not sent to your browser.');
    case 'nothing':
      return trans.__('Nothing was pasted: the browser’s clipboard has neither text nor a picture in PNG.');
    case 'too-long':
      return trans.__('Nothing was pasted: it is longer than 16 MB, the limit of a desktop’s clipboard.');
    case 'text-only':
      return trans.__('Nothing was pasted: only text can be pasted on this desktop.');
    case 'not-sent':
      return trans.__('Nothing was pasted: the picture could not be sent to the desktop. Try again.');
    case 'not-fetched':
      return trans.__('The picture that was copied on the desktop could not be fetched. Copy it again.');
    case 'stays':
      return trans.__('The picture stays on the desktop: only text is copied by way of this server.');
    case 'no-pictures':
      return window.isSecureContext
        ? trans.__('The picture stays on the desktop: this browser does not let pages copy pictures.')
        : trans.__(
            'The picture stays on the desktop: browsers require https to copy it, or a server on this computer.'
          );
    case 'missing':
      return window.isSecureContext
        ? trans.__('The clipboard is not shared: this browser does not let pages access it.')
        : trans.__('The clipboard is not shared: browsers require https, or a server on this computer.');
    case 'read':
      return trans.__(
        'Nothing was pasted: the browser does not let this page read the clipboard. Allow it when the browser asks, or in its settings for this site; or paste with Ctrl+V.'
      );
    case 'write':
      return trans.__('The browser accepts what was copied only with a click or a key. Click the desktop.');
  }
}
