import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { limitName, milliseconds } from '../viewer/statistics/words';
import { titleWithStatus } from '../viewer/titles';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import type { DesktopWidget } from './widget';

/** An item of the status bar with the round trip and the frame rate of one desktop; a click shows more. */
export class StatusItem extends Widget {
  constructor(options: StatusItem.IOptions) {
    super({ node: document.createElement('button') });
    this._options = options;
    this.addClass('jp-Desktop-statusItem');
    this.node.title = options.trans.__('Show the statistics of the desktop');
    this.node.addEventListener('click', () => options.toggle());
  }

  /** Emitted when the item is to be shown or hidden. */
  get activeChanged(): ISignal<this, void> {
    return this._activeChanged;
  }

  get isActive(): boolean {
    return this._content !== null;
  }

  /** The desktop that it is about; null hides it, and measures nothing. */
  set content(content: DesktopWidget | null) {
    if (content === this._content) {
      return;
    }
    const previous = this._content;
    this._content = content;
    if (previous !== null && !previous.isDisposed) {
      previous.statistics.measured.changed.disconnect(this._update, this);
      previous.statistics.measured.unwatch(this);
      previous.connection.statusChanged.disconnect(this._update, this);
      previous.disposed.disconnect(this._onDisposed, this);
    }
    if (content !== null) {
      content.statistics.measured.watch(this, false);
      content.statistics.measured.changed.connect(this._update, this);
      content.connection.statusChanged.connect(this._update, this);
      content.disposed.connect(this._onDisposed, this);
    }
    this._update();
    this._activeChanged.emit();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.content = null;
    Signal.clearData(this);
    super.dispose();
  }

  private _onDisposed(): void {
    this.content = null;
  }

  private _update(): void {
    const { trans } = this._options;
    if (this._content === null) {
      return;
    }
    const { connection, statistics } = this._content;
    const { samples, limit } = statistics.measured;
    const last = samples.at(-1);
    if (last === undefined || !connection.status.connected) {
      this.node.textContent = titleWithStatus(trans.__('Desktop'), connection.status, trans);
      return;
    }
    const parts = [trans.__('%1 fps', Math.round(last.fps))];
    if (last.latencyMs !== null) {
      parts.unshift(milliseconds(last.latencyMs, trans));
    }
    if (limit.by !== 'nothing') {
      parts.push(trans.__('limited by %1', limitName(limit, trans)));
    }
    this.node.textContent = trans.__('Desktop: %1', parts.join(' · '));
  }

  private readonly _options: StatusItem.IOptions;
  private readonly _activeChanged = new Signal<this, void>(this);
  private _content: DesktopWidget | null = null;
}

export namespace StatusItem {
  export interface IOptions {
    trans: TranslationBundle;
    /** Shows or hides the statistics over the desktop. */
    toggle: () => void;
  }
}
