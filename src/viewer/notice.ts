import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

/** How long a notice stays, in milliseconds; it covers a part of the desktop. */
const STAY = 15000;

/** Says something above the picture that people may read or not; each sentence once. */
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

  tell(sentence: string): void {
    if (this._isDisposed || this._told.has(sentence)) {
      return;
    }
    this._told.add(sentence);
    this.node.hidden = false;
    this._text.textContent = sentence;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._hide(), STAY);
  }

  private _hide(): void {
    clearTimeout(this._timer);
    this.node.hidden = true;
  }

  private readonly _text: HTMLElement;
  private readonly _told = new Set<string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace Notice {
  export interface IOptions {
    trans: TranslationBundle;
    /** Called when a person closed it. */
    closed: () => void;
  }
}
