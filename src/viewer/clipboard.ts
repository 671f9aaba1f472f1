import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

/** How long a paste waits for the browser's clipboard (it may ask the person first), in milliseconds. */
const READ_TIMEOUT = 1000;

/**
 * Carries text between the browser's clipboard and a desktop's.
 *
 * The browser's is read when Ctrl+V or Cmd+V is pressed, since Firefox and Safari want a gesture. The key, and those
 * after it, are held back until the text is across, so that the desktop pastes what was copied here.
 */
export class ClipboardBridge implements IDisposable {
  constructor(options: ClipboardBridge.IOptions) {
    this._node = options.node;
    this._put = options.put;
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

  /** Something was copied on the desktop. */
  async copied(text: string): Promise<void> {
    if (!this._node.contains(document.activeElement)) {
      return;
    }
    if (!navigator.clipboard) {
      return this._fail('missing');
    }
    try {
      await navigator.clipboard.writeText(text);
      this._known = text;
    } catch {
      // The desktop's own clipboard has it still.
      this._fail('write');
    }
  }

  handleEvent(event: KeyboardEvent): void {
    if (this._replaying) {
      return;
    }
    const pastes = event.type === 'keydown' && event.code === 'KeyV' && (event.ctrlKey || event.metaKey);
    const readable = Boolean(navigator.clipboard?.readText);
    if (pastes && !readable) {
      this._fail('missing');
    }
    if (this._held === null && !(pastes && readable)) {
      return;
    }
    event.stopImmediatePropagation();
    event.preventDefault();
    if (this._held === null) {
      this._held = [event];
      void this._paste();
    } else {
      this._held.push(event);
    }
  }

  private async _paste(): Promise<void> {
    const read = this._read();
    const timeout = new Promise<void>(resolve => setTimeout(resolve, READ_TIMEOUT));
    await Promise.race([read, timeout]);
    const held = this._held ?? [];
    this._held = null;
    this._replaying = true;
    for (const event of held) {
      if (!this._isDisposed) {
        event.target?.dispatchEvent(new KeyboardEvent(event.type, event));
      }
    }
    this._replaying = false;
  }

  private async _read(): Promise<void> {
    try {
      const text = await navigator.clipboard.readText();
      if (text !== '' && text !== this._known && !this._isDisposed) {
        this._known = text;
        this._put(text);
      }
    } catch {
      // The desktop pastes what it has.
      this._fail('read');
    }
  }

  private _fail(reason: ClipboardBridge.Failure): void {
    if (!this._isDisposed) {
      this._failed(reason);
    }
  }

  private readonly _node: HTMLElement;
  private readonly _put: (text: string) => void;
  private readonly _failed: (reason: ClipboardBridge.Failure) => void;
  private _held: KeyboardEvent[] | null = null;
  /** The browser's clipboard as last seen: unchanged, it must not replace a newer one of the desktop. */
  private _known: string | null = null;
  private _replaying = false;
  private _isDisposed = false;
}

/** What there is to say where a text doesn't get across. */
export function clipboardWords(reason: ClipboardBridge.Failure, trans: TranslationBundle): string {
  switch (reason) {
    case 'missing':
      return window.isSecureContext
        ? trans.__('The clipboard is not shared: this browser does not give it to pages.')
        : trans.__('The clipboard is not shared: browsers give it to pages that come with https, or from this computer.');
    case 'read':
      return trans.__('The browser does not let this page read its clipboard. Allow that in its settings for this site.');
    case 'write':
      return trans.__('The browser did not take what was copied. Click the desktop, and copy it once more.');
  }
}

export namespace ClipboardBridge {
  /** The page has no clipboard, or may not read or write it now. */
  export type Failure = 'missing' | 'read' | 'write';

  export interface IOptions {
    /** The element that the desktop's keys pass through. */
    node: HTMLElement;
    /** Makes a text the desktop's clipboard. */
    put: (text: string) => void;
    /** Called when a text did not get across. */
    failed: (reason: Failure) => void;
  }
}
