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
    try {
      if (this._node.contains(document.activeElement) && navigator.clipboard) {
        await navigator.clipboard.writeText(text);
        this._known = text;
      }
    } catch {
      // Not allowed; the desktop's own clipboard has it still.
    }
  }

  handleEvent(event: KeyboardEvent): void {
    if (this._replaying) {
      return;
    }
    const pastes = event.type === 'keydown' && event.code === 'KeyV' && (event.ctrlKey || event.metaKey);
    if (this._held === null && !(pastes && navigator.clipboard?.readText)) {
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
      // Not allowed; the desktop pastes what it has.
    }
  }

  private readonly _node: HTMLElement;
  private readonly _put: (text: string) => void;
  private _held: KeyboardEvent[] | null = null;
  /** The browser's clipboard as last seen: unchanged, it must not replace a newer one of the desktop. */
  private _known: string | null = null;
  private _replaying = false;
  private _isDisposed = false;
}

export namespace ClipboardBridge {
  export interface IOptions {
    /** The element that the desktop's keys pass through. */
    node: HTMLElement;
    /** Makes a text the desktop's clipboard. */
    put: (text: string) => void;
  }
}
