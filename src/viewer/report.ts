import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

/** A button that copies the report about a desktop, or shows it where the browser doesn't let it be copied. */
export class ReportButton implements IDisposable {
  constructor(options: ReportButton.IOptions) {
    this._options = options;
    this.node = document.createElement('div');
    this.node.className = 'jp-Desktop-report';
    this._button = document.createElement('button');
    this._button.className = 'jp-mod-styled jp-mod-minimal';
    this._button.textContent = options.trans.__('Copy Report');
    this._button.title = options.trans.__('What is known of this desktop and its server, for who can help');
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
    const { fetch, instead, trans } = this._options;
    this._button.disabled = true;
    this._button.textContent = trans.__('Asking the server…');
    let report: string;
    try {
      report = await fetch();
    } catch (error) {
      report = `${instead}\n\n${trans.__('The server gave no report: %1', String(error))}`;
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
      // No clipboard without https, and in some browsers none so long after the click.
      this._button.textContent = trans.__('Copy Report');
      this._show(report);
    }
  }

  /** Leaves the text selected for the person's own copying. */
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
    /** Asks the server for the report. */
    fetch: () => Promise<string>;
    /** What is known here, where the server gives none. */
    instead: string;
    trans: TranslationBundle;
  }
}
