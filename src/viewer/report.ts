import type { IDisposable } from '@lumino/disposable';
import type { ITranslation } from './translation';

/** A button that copies the diagnostic report of a desktop, or shows it if the browser's clipboard is not available. */
export class ReportButton implements IDisposable {
  constructor(options: ReportButton.IOptions) {
    this._options = options;
    this.node = document.createElement('div');
    this.node.className = 'jp-Desktop-report';
    this._button = document.createElement('button');
    this._button.className = 'jp-mod-styled jp-mod-minimal';
    this._button.textContent = options.trans.__('Copy Report');
    this._button.title = options.trans.__('Diagnostic report, to share with support');
    this._button.addEventListener('click', this);
    this.node.append(this._button);
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
    this._button.removeEventListener('click', this);
    this.node.remove();
  }

  handleEvent(): void {
    void this._copy();
  }

  private async _copy(): Promise<void> {
    const { fetch, fallback, trans } = this._options;
    this._button.disabled = true;
    this._button.textContent = trans.__('Fetching the report…');
    let report: string;
    try {
      report = await fetch();
    } catch (error) {
      report = `${fallback}\n\n${trans.__('The server returned no report: %1', String(error))}`;
    }
    if (this._isDisposed) {
      return;
    }
    this._button.disabled = false;
    try {
      await navigator.clipboard.writeText(report);
      this._button.textContent = trans.__('Copied');
      this._text?.remove();
      this._text = null;
    } catch {
      // The clipboard needs https, and in some browsers a click more recent than this one.
      this._button.textContent = trans.__('Copy Report');
      this._show(report);
    }
  }

  /** Show the report, selected, for the user to copy. */
  private _show(report: string): void {
    this._text ??= document.createElement('textarea');
    this._text.readOnly = true;
    this._text.rows = 10;
    this._text.spellcheck = false;
    this._text.setAttribute('aria-label', this._options.trans.__('Report'));
    this._text.value = report;
    this.node.append(this._text);
    this._text.focus();
    this._text.select();
  }

  private readonly _options: ReportButton.IOptions;
  private readonly _button: HTMLButtonElement;
  private _text: HTMLTextAreaElement | null = null;
  private _isDisposed = false;
}

export namespace ReportButton {
  export interface IOptions {
    /** Fetches the report from the server. */
    fetch: () => Promise<string>;
    /** A report from the client, if the server returns none. */
    fallback: string;
    trans: ITranslation;
  }
}
