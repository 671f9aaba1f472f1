import { Signal } from '@lumino/signaling';

import { element } from '../sharing/element';
import { lostReason } from '../titles';
import { Sparkline } from './sparkline';
import { fewerPixelsWords, historyWords, limitName, limitWords, milliseconds, rate } from './words';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { IDesktopConnection } from '../../tokens';
import type { ITranslation } from '../translation';
import type { Statistics } from './statistics';

/** The least round trip and frame rate that the whole height of a sparkline stands for. */
const LEAST_MS = 50;
const LEAST_FPS = 30;

/** Shows over the picture what is going on: numbers, their history, and what helps if the desktop is slow. */
export class StatisticsOverlay implements IDisposable {
  constructor(options: StatisticsOverlay.IOptions) {
    this._options = options;
    const { trans } = options;
    this.node = element('section', 'jp-Desktop-statistics');
    this.node.setAttribute('aria-label', trans.__('Connection statistics'));
    const header = element('header', '', trans.__('Statistics'));
    const close = element('button', 'jp-mod-styled jp-mod-minimal', '×');
    close.setAttribute('aria-label', trans.__('Hide the statistics'));
    close.title = trans.__('Hide the statistics');
    close.addEventListener('click', () => this._closed.emit());
    this._list = element('dl');
    this._latency = this._row(trans.__('Round trip'), this._latencyLine.node);
    this._fps = this._row(trans.__('Frames a second'), this._fpsLine.node);
    this._rate = this._row(trans.__('Received'));
    this._encoding = this._row(trans.__('Encoding'));
    this._size = this._row(trans.__('Size'));
    this._limit = this._row(trans.__('Limited by'));
    this._words = element('p');
    header.append(close);
    this.node.append(header, this._list, this._words);
    options.statistics.changed.connect(this._update, this);
    options.connection.statusChanged.connect(this._update, this);
  }

  readonly node: HTMLElement;

  /** Emitted when the user closes it, which hides it only if `isShown` is set to false. */
  get closed(): ISignal<this, void> {
    return this._closed;
  }

  get isShown(): boolean {
    return this.node.parentNode !== null;
  }
  set isShown(value: boolean) {
    if (value === this.isShown || this._isDisposed) {
      return;
    }
    const { node, statistics } = this._options;
    if (value) {
      node.append(this.node);
      statistics.watch(this, true);
      this._update();
    } else {
      this.node.remove();
      statistics.unwatch(this);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.isShown = false;
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _row(label: string, ...extra: HTMLElement[]): HTMLElement {
    const description = element('dd');
    const value = element('span');
    description.append(value, ...extra);
    this._list.append(element('dt', '', label), description);
    return value;
  }

  private _update(): void {
    if (!this.isShown) {
      return;
    }
    const { statistics, connection, trans } = this._options;
    const { samples, limit } = statistics;
    const { status } = connection;
    const last = status.connected ? samples.at(-1) : undefined;
    const latency = last?.latencyMs ?? null;
    if (latency !== null) {
      this._latency.textContent = milliseconds(latency, trans);
    } else {
      // A server that knows fences has sent one with its first update.
      this._latency.textContent = statistics.measuresLatency === false ? trans.__('unknown') : '–';
    }
    this._fps.textContent = last === undefined ? '–' : String(Math.round(last.fps));
    this._rate.textContent = last === undefined ? '–' : rate(last.kbps, trans);
    this._encoding.textContent = this._describeEncoding();
    this._size.textContent = this._describeSize();
    this._limit.textContent = status.connected ? limitName(limit, trans) : '–';
    const { what, help } = limitWords(limit, trans);
    if (status.connected) {
      const fewer = this._options.hasFewerPixels() ? fewerPixelsWords(trans) : '';
      this._words.textContent = `${what} ${help} ${fewer}`.trim();
      this.node.dataset.limit = limit.by;
    } else {
      this._words.textContent = status.phase === 'lost' ? lostReason(status.problem, trans) : '';
      this.node.dataset.limit = 'nothing';
    }
    const draw = (line: Sparkline, key: 'latencyMs' | 'fps', least: number) =>
      line.draw(
        samples.map(each => each[key]),
        least,
        historyWords(samples, key, trans)
      );
    draw(this._latencyLine, 'latencyMs', LEAST_MS);
    draw(this._fpsLine, 'fps', LEAST_FPS);
  }

  /** The encoding of the last second that had one, and the encoder of a video. */
  private _describeEncoding(): string {
    const { statistics, connection } = this._options;
    const name = statistics.samples.reduce<string | null>((last, each) => each.encoding ?? last, null) ?? '–';
    const encoder = connection.status.model?.encoder ?? null;
    return name === 'H.264' && encoder !== null ? `${name} (${encoder})` : name;
  }

  private _describeSize(): string {
    const canvas = this._options.canvas();
    if (canvas === null) {
      return '–';
    }
    const { width, height } = canvas.getBoundingClientRect();
    const size = `${canvas.width} × ${canvas.height}`;
    const shown = `${Math.round(width * devicePixelRatio)} × ${Math.round(height * devicePixelRatio)}`;
    return size === shown ? size : this._options.trans.__('%1, shown as %2', size, shown);
  }

  private readonly _options: StatisticsOverlay.IOptions;
  private readonly _closed = new Signal<this, void>(this);
  private readonly _list: HTMLElement;
  private readonly _latency: HTMLElement;
  private readonly _fps: HTMLElement;
  private readonly _rate: HTMLElement;
  private readonly _encoding: HTMLElement;
  private readonly _size: HTMLElement;
  private readonly _limit: HTMLElement;
  private readonly _words: HTMLElement;
  private readonly _latencyLine = new Sparkline();
  private readonly _fpsLine = new Sparkline();
  private _isDisposed = false;
}

export namespace StatisticsOverlay {
  export interface IOptions {
    /** The viewer's element. */
    node: HTMLElement;
    statistics: Statistics;
    connection: IDesktopConnection;
    /** Returns the canvas that shows the desktop; null if there is none. */
    canvas: () => HTMLCanvasElement | null;
    /** Returns whether the desktop has fewer pixels than the screen because the link is slow. */
    hasFewerPixels: () => boolean;
    trans: ITranslation;
  }
}
