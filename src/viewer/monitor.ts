import { translateServerText } from './servertexts';
import { labelFor, titleOfMonitor } from './titles';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { IDesktopConnection } from '../tokens';
import type { ITranslation } from './translation';

/** The argument of the plain page's address that has its monitor's number. */
const PAGE_ARGUMENT = 'monitor';

/** The time until the desktop's monitors are asked for after its size has changed; several changes are one. */
const REFRESH_MS = 40;

/** The time between two looks at the windows that were opened as monitors: no event says that one is closed. */
const WATCH_INTERVAL_MS = 250;

/**
 * What a viewer shows of a desktop that has several monitors: one of them, if it has a number for it.
 *
 * The server divides the desktop among the viewers that have claimed a monitor, once there are two; a viewer's claim
 * lasts as long as its connection.
 */
export class Monitor implements IDisposable {
  constructor(options: Monitor.IOptions) {
    this._options = options;
    this._number = options.number ?? 0;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    clearInterval(this._watching);
  }

  /** Called to claim the monitor with its size: see `follow`. */
  claims: () => void = () => undefined;

  /** The number of the monitor, from 1 at the left; 0 if the viewer shows the whole desktop. */
  get number(): number {
    return this._number;
  }
  set number(value: number) {
    this._number = value;
    this.forget();
    this.claims();
  }

  /** Whether the desktop has several monitors, which together decide on its size. */
  get isOneOfSeveral(): boolean {
    return this._monitors.length > 1;
  }

  /** Which of the desktop's monitors the viewer shows, counted from 1 at the left; 0 if it shows the whole desktop. */
  get position(): number {
    if (!this._options.connection.status.connected) {
      return this._number;
    }
    return this.isOneOfSeveral ? this._monitors.findIndex(monitor => monitor === this._own) + 1 : 0;
  }

  /** The viewer's title: the desktop's, and which monitor it is. */
  get title(): string {
    const { connection, trans } = this._options;
    return titleOfMonitor(labelFor(connection.name, trans), this.position, trans);
  }

  /** The name of the screen for screen readers. */
  get screenLabel(): string {
    return this._options.trans.__('Screen of %1', this.title);
  }

  /** Whether other viewers are the desktop's monitors, and this one doesn't want to be one. */
  get isOnlyWatching(): boolean {
    return this.isOneOfSeveral && this._number === 0 && this._own === undefined;
  }

  /** The monitor's area on the desktop; null if the viewer shows all of it. */
  get area(): Desktop.IArea | null {
    return (this.isOneOfSeveral && this._own) || null;
  }

  /** All monitors, as a text to compare. */
  get layout(): string {
    return JSON.stringify(this._monitors);
  }

  /** The monitor's area, if a framebuffer of the given size has it; if not, the desktop has changed. */
  areaIn({ width, height }: Desktop.ISize): Desktop.IArea | null {
    if (this._number === 0 && !this.isOneOfSeveral) {
      return null;
    }
    const total = sizeOf(this._monitors);
    if (this.isOneOfSeveral && total.width === width && total.height === height) {
      return this.area;
    }
    this._refresh();
    return null;
  }

  /** Claim the monitor with this size, unless that is the last claim. */
  follow(size: Desktop.ISize): void {
    const { connection, trans } = this._options;
    const refused = ({ message }: Error) => this._options.refused?.(translateServerText(message, trans));
    const { connectionId } = connection.status;
    const claim = `${connectionId}:${this._number}:${size.width}x${size.height}`;
    if (this._number === 0 || !Monitor.canAdd(connection.status) || this._claim === claim) {
      return;
    }
    this._claim = claim;
    if (this._claimant !== connectionId) {
      this._replaced = this._claimant;
      this._claimant = connectionId;
    }
    connection.changeScreen({
      monitor: {
        ...size,
        number: this._number,
        replaces: this._replaced ?? undefined,
        closed: this._closed.size === 0 ? undefined : [...this._closed],
        refused
      }
    });
  }

  /** Open the plain page as a monitor in a window of its own, of a size in CSS pixels; notice when it is closed. */
  openWindow(pageURL: string, number: number, size: Desktop.ISize): void {
    const { name } = this._options.connection;
    const address = Monitor.addressWith(new URL(pageURL, location.href).href, number);
    const features = `popup,width=${size.width},height=${size.height}`;
    const opened = window.open(address, `jupyter-desktop-${name}-monitor-${number}`, features);
    this._closed.delete(number);
    if (opened?.closed === false) {
      this._windows.set(number, opened);
      this._watching ??= setInterval(() => this._lookAtWindows(), WATCH_INTERVAL_MS);
    }
  }

  /** Tell the server which windows were closed: to it, a closed page and one that is reloaded are the same. */
  private _lookAtWindows(): void {
    for (const [number, each] of this._windows) {
      if (each.closed) {
        this._windows.delete(number);
        this._closed.add(number);
        this.forget();
        this.claims();
      }
    }
    if (this._windows.size === 0) {
      clearInterval(this._watching);
      this._watching = undefined;
    }
  }

  /** Claim the monitor again, for a new connection. */
  forget(): void {
    this._claim = '';
  }

  private _refresh(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      if (!this._isDisposed) {
        void this._options.connection.refresh();
      }
    }, REFRESH_MS);
  }

  private get _monitors(): readonly Desktop.IMonitor[] {
    const { connected, model } = this._options.connection.status;
    return connected ? (model?.monitors ?? []) : [];
  }

  /** The viewer's own monitor, or until the server knows about its new connection, that of its number. */
  private get _own(): Desktop.IMonitor | undefined {
    const { connectionId } = this._options.connection.status;
    return (
      this._monitors.find(({ connection }) => connection === connectionId) ??
      this._monitors.find(({ number }) => number === this._number)
    );
  }

  private readonly _options: Monitor.IOptions;
  private _number: number;
  private _claim = '';
  /** The connection that has claimed the monitor, and the one before. */
  private _claimant: string | null = null;
  private _replaced: string | null = null;
  private readonly _windows = new Map<number, Window>();
  private readonly _closed = new Set<number>();
  private _watching: ReturnType<typeof setInterval> | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace Monitor {
  export interface IOptions {
    connection: IDesktopConnection;
    trans: ITranslation;
    number?: number;
    /** Called with the reason if the desktop can't have the monitor. */
    refused?: (reason: string) => void;
  }

  /** Whether a viewer can add a monitor to its desktop. */
  export function canAdd({ connected, connectionId, model, rights }: Desktop.IStatus): boolean {
    return connected && connectionId !== null && model?.several_monitors === true && rights.includes('resize');
  }

  /** Return the number in the address of a page, or 0. */
  export function numberIn(address: string): number {
    const number = Number(new URL(address).searchParams.get(PAGE_ARGUMENT));
    return Number.isInteger(number) && number > 0 ? number : 0;
  }

  /** Return an address of the page with another number. */
  export function addressWith(address: string, number: number): string {
    const url = new URL(address);
    url.searchParams.set(PAGE_ARGUMENT, String(number));
    return url.href;
  }

  /** Return the number for a monitor at the right of all others, of which `own` is one. */
  export function nextNumber(own: number, model: Desktop.IModel | null): number {
    return Math.max(own, ...(model?.monitors ?? []).map(({ number }) => number)) + 1;
  }
}

/** Return the size of a desktop that has these monitors. */
function sizeOf(monitors: readonly Desktop.IMonitor[]): Desktop.ISize {
  return {
    width: Math.max(0, ...monitors.map(({ x, width }) => x + width)),
    height: Math.max(0, ...monitors.map(({ y, height }) => y + height))
  };
}
