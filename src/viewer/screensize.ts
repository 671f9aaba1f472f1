import { PrecisePointer } from './precisepointer';
import { DEFAULT_SCREEN } from './screensettings';
import { Resolution } from './resolution';
import { MIN_SCALE, scaleFor } from './screenscale';
import { NO_SIZE, pixelsBetween, placeOnPixels } from './wholepixels';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { IDesktopConnection } from '../tokens';
import type { Monitor } from './monitor';
import type { RfbClient } from './rfb';
import type { IScreenSettings } from './screensettings';
import type { SizeRequests } from './sizerequests';

/** The greatest width and height of a desktop, as on the server. */
const MAX_SIDE = 8192;

/** The time between two looks whether the desktop has another viewer's size, and whether that one has left. */
const DEPARTURE_INTERVAL_MS = 750;

/** Use of the desktop. */
const USE_EVENTS = ['focusin', 'pointerdown', 'keydown'];

/**
 * The size of one desktop's screen: lays out the element that shows it, and requests the desktop's size and scale.
 *
 * Among several viewers, the one last used decides on both. So they are requested when this one connects or changes its
 * size, when a person uses it, and when another viewer leaves; never only because another viewer changed it.
 */
export class ScreenSize implements IDisposable, SizeRequests.IScreen {
  constructor(options: ScreenSize.IOptions) {
    this._options = options;
    this._settings = options.settings ?? DEFAULT_SCREEN;
    this._pointer = new PrecisePointer(options.target);
    this._observer = new ResizeObserver(() => this._layOut());
    this._observer.observe(options.target);
    this._observer.observe(options.node);
    for (const type of USE_EVENTS) {
      options.target.addEventListener(type, this, { capture: true, passive: true });
    }
    this._timer = setInterval(() => void this._lookForDeparture(), DEPARTURE_INTERVAL_MS);
    options.monitor.claims = () => this._follow();
    this._watchRatio();
    this._layOut();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._observer.disconnect();
    this._pointer.dispose();
    this._resolution?.removeEventListener('change', this);
    clearInterval(this._timer);
    for (const type of USE_EVENTS) {
      this._options.target.removeEventListener(type, this, { capture: true });
    }
  }

  /** The pixels of the desktop in one CSS pixel, if it is not scaled. */
  get ratio(): number {
    return this.resolution.ratio;
  }

  readonly resolution = new Resolution(() => this.apply(this._settings));

  get isScaled(): boolean {
    return this._settings.scaling !== 'actual';
  }

  /** The size in pixels that the desktop should have here; 0x0 while the element is hidden. */
  get size(): Desktop.ISize {
    const { node, target } = this._options;
    if (!this.resolution.usesPixels) {
      return { width: Math.min(MAX_SIDE, target.clientWidth), height: Math.min(MAX_SIDE, target.clientHeight) };
    }
    const { left, right, top, bottom } = node.getBoundingClientRect();
    return {
      width: Math.min(MAX_SIDE, pixelsBetween(left, right, this.ratio)),
      height: Math.min(MAX_SIDE, pixelsBetween(top, bottom, this.ratio))
    };
  }

  areaIn(size: Desktop.ISize): Desktop.IArea | null {
    return this._options.monitor.areaIn(size);
  }

  /** Whether the RFB client resizes the desktop. */
  get isResizedThroughRFB(): boolean {
    return this._resizes('rfb');
  }

  /** Whether the element is visible; a hidden one does not resize the desktop. */
  set visible(value: boolean) {
    const isShown = value && !this._visible;
    this._visible = value;
    this.update();
    if (isShown) {
      this._take();
    }
  }

  apply(settings: IScreenSettings): void {
    this._settings = settings;
    this._layOut();
    this.update();
    this._take();
  }

  /** Apply the connection's rights and model, and notice that one of several other viewers has left. */
  update(): void {
    const { layout } = this._options.monitor;
    if (this.resolution.usesPixels !== this._shouldUsePixels || layout !== this._layout) {
      this._layout = layout;
      this._layOut();
    }
    const client = this._options.client();
    if (client !== null) {
      client.resizeSession = this.isResizedThroughRFB;
    }
    const { status } = this._options.connection;
    const clients = status.connected ? (status.model?.clients ?? 0) : 0;
    const hasLeft = clients > 0 && clients < this._clients;
    this._clients = clients;
    if (hasLeft && this._hasFocus) {
      this._take();
    }
  }

  /** Request the size for a new connection. */
  connected(): void {
    this._requested = '';
    this._requestedScale = null;
    this._options.monitor.forget();
    this._layOut();
  }

  /** Request size and scale if they have changed since the last request. */
  private _follow(): void {
    const { client, connection, monitor } = this._options;
    const { status } = connection;
    const { width, height } = this.size;
    const isShown = this._visible && width > 0 && height > 0;
    if (isShown) {
      monitor.follow({ width, height });
    }
    if (!this._isAllowed || !status.connected || status.model === null) {
      return;
    }
    if (isShown && this._resizes('rest') && this._requested !== `${width}x${height}`) {
      this._requested = `${width}x${height}`;
      connection.changeScreen({ size: { width, height } });
    }
    const { scaling, scale = MIN_SCALE } = status.model;
    if (this._scale !== (this._requestedScale ?? (scaling === true ? null : scale))) {
      this._requestedScale = this._scale;
      connection.changeScreen({ scale: this._scale });
    }
    client()?.followSize();
  }

  handleEvent(event: Event): void {
    if (event.type === 'change') {
      this._watchRatio();
      this._layOut();
    } else {
      this._options.client()?.releaseFrame();
      this._take();
    }
  }

  /** Request size and scale if the desktop has others. */
  private _take(): void {
    const { scale = MIN_SCALE } = this._options.connection.status.model ?? {};
    if (this._otherSize !== '' || (this._requestedScale !== null && scale !== this._scale)) {
      this._requested = '';
      this._requestedScale = null;
      this._options.client()?.forgetSize();
    }
    this._follow();
  }

  /** Place the element on whole pixels of the screen, so that none is blurred. */
  private _layOut(): void {
    this.resolution.use(this._shouldUsePixels);
    const { client, connection, node, target } = this._options;
    placeOnPixels(target, node, this.resolution.usesPixels ? this.size : NO_SIZE, this.ratio);
    // The last picture of a connection that is lost stays that of its monitor.
    if (connection.status.connected) {
      client()?.updateScale(this._isAllowed && this._otherSize !== '');
    }
    this._follow();
  }

  /** Follow the page to another monitor, and the browser's zoom. */
  private _watchRatio(): void {
    this._resolution?.removeEventListener('change', this);
    this._resolution = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    this._resolution.addEventListener('change', this);
  }

  /** Take the size, once, if the desktop has another one without having another viewer. */
  private async _lookForDeparture(): Promise<void> {
    const { connection } = this._options;
    if (!this._isAllowed || !connection.status.connected || document.hidden) {
      return;
    }
    const other = this._otherSize; // it measures the element
    if (other === this._tried) {
      return;
    }
    if (other === '') {
      this._tried = '';
      return;
    }
    await connection.refresh();
    if (connection.status.model?.clients === 1 && other === this._otherSize && !this._isDisposed) {
      // The desktop may be unable to have the size.
      this._tried = other;
      this._take();
    }
  }

  /** The desktop's size, if it is not the one that it should have here; empty if it is, or if there is no desktop. */
  private get _otherSize(): string {
    const { canvas } = this._options.client() ?? {};
    const { width, height } = this.size;
    return canvas === undefined || width === 0 || (canvas.width === width && canvas.height === height)
      ? ''
      : `${canvas.width}x${canvas.height}`;
  }

  /** The scale in percent that the desktop should have here. */
  private get _scale(): number {
    return scaleFor(this._settings, this.ratio);
  }

  private get _shouldUsePixels(): boolean {
    const { connection, node } = this._options;
    return this.resolution.shouldUsePixels(this._settings, connection.status.model, node, this._isAllowed);
  }

  private get _isAllowed(): boolean {
    const { rights } = this._options.connection.status;
    const { area, isOnlyWatching } = this._options.monitor;
    const isMatched = this._settings.scaling === 'resize' || area !== null;
    return this._visible && rights.includes('resize') && isMatched && !isOnlyWatching;
  }

  /** Whether this viewer decides on the whole desktop's size, in this way. */
  private _resizes(way: Desktop.IModel['resize']): boolean {
    const { connection, monitor } = this._options;
    return this._isAllowed && !monitor.isOneOfSeveral && connection.status.model?.resize === way;
  }

  private get _hasFocus(): boolean {
    return document.hasFocus() && this._options.node.contains(document.activeElement);
  }

  private readonly _options: ScreenSize.IOptions;
  private readonly _observer: ResizeObserver;
  private readonly _pointer: PrecisePointer;
  private _settings: IScreenSettings;
  private _resolution: MediaQueryList | undefined;
  private readonly _timer: ReturnType<typeof setInterval>;
  private _visible = true;
  private _clients = 0;
  /** The desktop's size at the last attempt to change it after a departure. */
  private _tried = '';
  private _requested = '';
  private _requestedScale: number | null = null;
  private _layout = '[]';
  private _isDisposed = false;
}

export namespace ScreenSize {
  export interface IOptions {
    /** The element that limits the screen. */
    node: HTMLElement;
    /** The element in it that the RFB client's canvas fills. */
    target: HTMLElement;
    connection: IDesktopConnection;
    monitor: Monitor;
    client: () => RfbClient | null;
    settings?: IScreenSettings;
  }
}
