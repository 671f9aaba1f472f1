import { Poll } from '@lumino/polling';
import { Widget } from '@lumino/widgets';

import { errorText } from './dialogs';
import { desktopIcon } from './icons';
import { labelFor } from '../viewer/titles';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';

/** The time between two requests for the log, and its maximum after failures. */
const POLL_INTERVAL_MS = 2000;
const MAX_POLL_INTERVAL_MS = 30000;

/** The number of lines shown. */
const MAX_LINES = 500;

/** The distance from the end within which the view keeps scrolling with new lines. */
const SCROLL_TOLERANCE_PX = 8;

/** Shows the last lines of the logs of one desktop's processes, and polls for new ones while visible. */
export class LogView extends Widget {
  constructor(options: LogView.IOptions) {
    super();
    this.name = options.name;
    this._api = options.api;
    this._trans = options.trans;
    this._part = options.part ?? '';
    this.addClass('jp-Desktop-logView');
    this._pre = document.createElement('pre');
    this._select = document.createElement('select');
    this._select.setAttribute('aria-label', this._trans.__('Process'));
    this._select.addEventListener('change', this);
    this.processSelector = new Widget({ node: document.createElement('div') });
    this.processSelector.addClass('jp-Desktop-processes');
    this.processSelector.node.append(this._select);
    this.node.append(this._pre);
    this.title.label = this._trans.__('Log of %1', labelFor(this.name, this._trans));
    // The keyboard scrolls it.
    this._pre.tabIndex = 0;
    this._pre.setAttribute('role', 'region');
    this._pre.setAttribute('aria-label', this.title.label);
    this.title.icon = desktopIcon;
    this.title.closable = true;
    this._poll = new Poll({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: POLL_INTERVAL_MS, backoff: true, max: MAX_POLL_INTERVAL_MS },
      name: `jupyter-vnc-proxy:LogView#${this.name}`,
      standby: () => (this.isVisible ? 'when-hidden' : true)
    });
  }

  /** The desktop's name. */
  readonly name: string;

  /** The list of processes, for a toolbar. */
  readonly processSelector: Widget;

  /** The process whose log is shown; empty until the server has chosen one. */
  get part(): string {
    return this._part;
  }

  get text(): string {
    return this._pre.textContent ?? '';
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._poll.dispose();
    this._select.removeEventListener('change', this);
    this.processSelector.dispose();
    super.dispose();
  }

  handleEvent(): void {
    this._part = this._select.value;
    this._show('');
    void this._poll.refresh();
  }

  async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text);
    } catch {
      // The clipboard needs https: select the text for the user to copy.
      getSelection()?.selectAllChildren(this._pre);
    }
  }

  protected override onAfterShow(_: Message): void {
    void this._poll.refresh();
  }

  protected override onAfterAttach(_: Message): void {
    void this._poll.refresh();
  }

  protected override onActivateRequest(_: Message): void {
    this._pre.focus({ preventScroll: true });
  }

  private async _fetch(): Promise<void> {
    const part = this._part;
    try {
      const log = await this._api.log(this.name, part || undefined, MAX_LINES);
      if (!this.isDisposed && part === this._part) {
        this._take(log);
      }
    } catch (error) {
      if (!this.isDisposed && part === this._part) {
        this._show(errorText(error, this._trans));
      }
      throw error;
    }
  }

  private _take({ part, parts, lines }: Desktop.ILog): void {
    this._part = part;
    const known = Array.from(this._select.options, option => option.value);
    if (known.join() !== parts.join()) {
      this._select.replaceChildren(...parts.map(name => new Option(name, name)));
    }
    this._select.value = part;
    this._show(lines.length > 0 ? lines.join('\n') : this._trans.__('The log is empty.'));
  }

  /** Show a text, and keep scrolling with it if the view is at its end. */
  private _show(text: string): void {
    if (text === this.text) {
      return;
    }
    const { scrollTop, clientHeight, scrollHeight } = this._pre;
    const atEnd = scrollTop + clientHeight >= scrollHeight - SCROLL_TOLERANCE_PX;
    this._pre.textContent = text;
    if (atEnd) {
      this._pre.scrollTop = this._pre.scrollHeight;
    }
  }

  private readonly _api: IDesktopAPI;
  private readonly _trans: TranslationBundle;
  private readonly _pre: HTMLElement;
  private readonly _select: HTMLSelectElement;
  private readonly _poll: Poll;
  private _part: string;
}

export namespace LogView {
  export interface IOptions {
    /** The desktop's name. */
    name: string;
    api: IDesktopAPI;
    trans: TranslationBundle;
    /** The process to show first; defaults to the one that failed, or else the session. */
    part?: string;
  }
}
