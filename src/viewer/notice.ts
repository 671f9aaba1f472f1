import type { IDisposable } from '@lumino/disposable';
import type { ITranslation } from './translation';

/** The time that a notice stays; it covers a part of the desktop. */
const DURATION_MS = 15000;

/** Shows messages over the desktop for a while; each message only once, unless it `isRepeated`. */
export class Notice implements IDisposable {
  constructor(options: Notice.IOptions) {
    this.node = document.createElement('div');
    this.node.className = 'jp-Desktop-notice';
    this.node.hidden = true;
    this._text = document.createElement('span');
    this._text.setAttribute('role', 'status');
    const button = document.createElement('button');
    button.className = 'jp-mod-styled jp-mod-minimal';
    button.textContent = options.trans.__('Close');
    button.addEventListener('click', () => {
      this._hide();
      options.closed();
    });
    this.node.append(this._text, button);
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
    this._hide();
    this.node.remove();
  }

  show(message: string, isRepeated = false): void {
    if (this._isDisposed || (this._shown.has(message) && !isRepeated)) {
      return;
    }
    this._shown.add(message);
    this.node.hidden = false;
    this._text.textContent = message;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._hide(), DURATION_MS);
  }

  /** Hide a message if it is shown: it is no longer true. */
  withdraw(message: string): void {
    if (this._text.textContent === message) {
      this._hide();
    }
  }

  private _hide(): void {
    clearTimeout(this._timer);
    this.node.hidden = true;
  }

  private readonly _text: HTMLElement;
  private readonly _shown = new Set<string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace Notice {
  export interface IOptions {
    trans: ITranslation;
    /** Called when the user has closed a notice. */
    closed: () => void;
  }
}
