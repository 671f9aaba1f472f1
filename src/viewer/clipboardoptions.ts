import type { Desktop } from '../model';
import type { IDesktopClipboard } from '../tokens';
import type { ClipboardFailure } from './clipboardmessages';

/** What a `ClipboardBridge` needs. */
export interface IClipboardOptions {
  /** Returns whether the desktop has the keyboard's focus. */
  hasFocus: () => boolean;
  /** Returns whether the connection has a right. */
  allows: (right: Desktop.Right) => boolean;
  /** Sends a text to the desktop's clipboard. */
  send: (text: string) => void;
  /** Carries pictures and HTML. */
  channel: IDesktopClipboard;
  /** Called when something could not be copied; `isPaste`: a paste, which the user has just asked for. */
  failed: (reason: ClipboardFailure, isPaste: boolean) => void;
  /** Called when something was copied that would not have been copied after one of these failures. */
  done: (failures: readonly ClipboardFailure[]) => void;
}
