import type { IDisposable } from '@lumino/disposable';
import type { ITranslation } from '../translation';

const STORAGE_KEY = 'jupyter-vnc-proxy:keyboard-hint';

/** The time that the hint stays. */
const DURATION_MS = 8000;

/** Shows the keys that leave a desktop, the first time that a desktop gets the keyboard in this browser. */
export class FirstUseHint implements IDisposable {
  constructor(private readonly _trans: ITranslation) {
    this.node = document.createElement('div');
    this.node.className = 'jp-Desktop-hint';
    // Screen readers announce changes in it, so that it is there, though empty, all the time.
    this.node.setAttribute('role', 'status');
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.hide();
    this.node.remove();
  }

  /** Show the hint if nobody has seen it yet. */
  show(): void {
    // Phones have no such keys.
    if (this._isDisposed || window.matchMedia('(pointer: coarse)').matches || !isFirst()) {
      return;
    }
    this.node.textContent = this._trans.__(
      'Ctrl+Alt+Shift+L leaves the desktop, Ctrl+Alt+Shift+K gives the keys to the page.'
    );
    this._timer = setTimeout(() => this.hide(), DURATION_MS);
  }

  hide(): void {
    clearTimeout(this._timer);
    this.node.replaceChildren();
  }

  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

/** Return whether this is the first call in this browser. */
function isFirst(): boolean {
  try {
    const isFirst = localStorage.getItem(STORAGE_KEY) === null;
    if (isFirst) {
      localStorage.setItem(STORAGE_KEY, 'shown');
    }
    return isFirst;
  } catch {
    // Without storage, the hint would come each time.
    return false;
  }
}
