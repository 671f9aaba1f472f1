import { Poll } from '@lumino/polling';
import { Widget } from '@lumino/widgets';

import { wordsFor } from './dialogs';
import { desktopIcon } from './icons';
import { nameFor } from '../viewer/titles';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import type { Desktop, IDesktopAPI } from '../tokens';

/** How often the log is asked for, and how seldom at least when that fails, in milliseconds. */
const INTERVAL = 2000;
const LONGEST_INTERVAL = 30000;

/** How many of the last lines are shown. */
const LINES = 500;

/** How near to its end the log counts as being read there, in pixels. */
const END = 8;

/** The last lines of the logs of one desktop's parts, kept fresh while they are seen. */
export class LogView extends Widget {
  constructor(options: LogView.IOptions) {
    super();
    this.name = options.name;
    this._api = options.api;
    this._trans = options.trans;
    this._part = options.part ?? '';
    this.addClass('jp-Desktop-logView');
    this._pre = document.createElement('pre');
    this._pre.tabIndex = 0;
    this._select = document.createElement('select');
    this._select.setAttribute('aria-label', this._trans.__('Part'));
    this._select.addEventListener('change', this);
    this.partSelector = new Widget({ node: document.createElement('div') });
    this.partSelector.addClass('jp-Desktop-parts');
    this.partSelector.node.append(this._select);
    this.node.append(this._pre);
    this.title.label = this._trans.__('Log of %1', nameFor(this.name, this._trans));
    this.title.icon = desktopIcon;
    this.title.closable = true;
    this._poll = new Poll({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: INTERVAL, backoff: true, max: LONGEST_INTERVAL },
      name: `jupyter-vnc-proxy:LogView#${this.name}`,
      standby: () => (this.isVisible ? 'when-hidden' : true)
    });
  }

  /** The desktop's name. */
  readonly name: string;

  /** The list of the parts, for a toolbar. */
  readonly partSelector: Widget;

  /** The part whose log is shown; empty until the server has chosen one. */
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
    this.partSelector.dispose();
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
      // No clipboard without https: leave the text selected for the person's own copying.
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
    const asked = this._part;
    try {
      const log = await this._api.log(this.name, asked || undefined, LINES);
      if (!this.isDisposed && asked === this._part) {
        this._take(log);
      }
    } catch (error) {
      if (!this.isDisposed && asked === this._part) {
        this._show(wordsFor(error, this._trans));
      }
      throw error;
    }
  }

  private _take({ part, parts, lines }: Desktop.ILog): void {
    this._part = part;
    const known = Array.from(this._select.options, option => option.value);
    if (known.join() !== parts.join()) {
      this._select.replaceChildren(...parts.map(each => new Option(each, each)));
    }
    this._select.value = part;
    this._show(lines.length > 0 ? lines.join('\n') : this._trans.__('Nothing has been written yet.'));
  }

  /** Text that comes behind what is read at its end is scrolled to. */
  private _show(text: string): void {
    if (text === this.text) {
      return;
    }
    const { scrollTop, clientHeight, scrollHeight } = this._pre;
    const atEnd = scrollTop + clientHeight >= scrollHeight - END;
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
    /** The part to begin with; without it, the one that failed, else the session. */
    part?: string;
  }
}
