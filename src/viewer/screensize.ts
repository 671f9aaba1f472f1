import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { IDesktopConnection } from '../tokens';
import type { RfbClient } from './rfb';
import type { SizeRequests } from './sizerequests';

/** The user's settings of the screen. */
export interface IScreenSettings {
  /** `css`: a desktop's pixel is a CSS pixel; `native`: it is a pixel of the user's screen. */
  resolution: 'css' | 'native';
  /** `resize`: the desktop gets the panel's size; `fit`: its picture is scaled; `actual`: neither, the panel scrolls. */
  scaling: 'resize' | 'fit' | 'actual';
}

export const DEFAULT_SCREEN: IScreenSettings = { resolution: 'css', scaling: 'resize' };

/** The greatest width and height of a desktop, as on the server. */
const MAX_SIDE = 8192;

/** Sizes in CSS pixels are multiples of 1/64, so their products may be slightly too small. */
const TOLERANCE_PIXELS = 0.05;

/** The time between two questions whether another viewer has left, while the desktop has that one's size. */
const DEPARTURE_INTERVAL_MS = 1000;

/** A person uses the desktop here. */
const USE_EVENTS = ['focusin', 'pointerdown', 'keydown'];

/**
 * The size of one desktop's screen: lays out the element that shows it, and requests the desktop's size.
 *
 * Among several viewers, the one last used decides. So the size is requested when this one connects or changes its size,
 * when a person uses it, and when another viewer leaves; never only because another viewer changed it.
 */
export class ScreenSize implements IDisposable, SizeRequests.IScreen {
  constructor(options: ScreenSize.IOptions) {
    this._options = options;
    this._settings = options.settings ?? DEFAULT_SCREEN;
    this._observer = new ResizeObserver(() => this._layOut());
    this._observer.observe(options.target);
    this._observer.observe(options.node);
    for (const type of USE_EVENTS) {
      options.target.addEventListener(type, this, { capture: true, passive: true });
    }
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
    this._resolution?.removeEventListener('change', this);
    clearInterval(this._timer);
    for (const type of USE_EVENTS) {
      this._options.target.removeEventListener(type, this, { capture: true });
    }
  }

  /** The pixels of the desktop in one CSS pixel, if it is not scaled. */
  get ratio(): number {
    return this._settings.resolution === 'native' ? window.devicePixelRatio : 1;
  }

  get isScaled(): boolean {
    return this._settings.scaling !== 'actual';
  }

  /** The size in pixels that the desktop should have here; 0x0 while the element is hidden. */
  get size(): Desktop.ISize {
    const { node, target } = this._options;
    if (this._settings.resolution === 'css') {
      return { width: Math.min(MAX_SIDE, target.clientWidth), height: Math.min(MAX_SIDE, target.clientHeight) };
    }
    const { width, height } = node.getBoundingClientRect();
    return { width: this._pixels(width), height: this._pixels(height) };
  }

  /** Whether the RFB client resizes the desktop. */
  get isResizedThroughRFB(): boolean {
    return this._isAllowed && this._options.connection.status.model?.resize === 'rfb';
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

  /** Apply the connection's rights, and notice that another viewer has left. */
  update(): void {
    const client = this._options.client();
    if (client !== null) {
      client.resizeSession = this.isResizedThroughRFB;
    }
    const { status } = this._options.connection;
    const clients = status.connected ? (status.model?.clients ?? 0) : 0;
    const hasLeft = clients > 0 && clients < this._clients;
    this._clients = clients;
    if (hasLeft && (clients === 1 || this._hasFocus)) {
      this._take();
    }
    this._watchDepartures(clients > 1 && this._isAllowed);
  }

  /** Request the size for a new connection. */
  connected(): void {
    this._requested = '';
    this._follow();
  }

  /** Request the size if it has changed since the last request. */
  private _follow(): void {
    const { client, connection } = this._options;
    const { status } = connection;
    if (!this._isAllowed || !status.connected || status.model === null) {
      return;
    }
    const { width, height } = this.size;
    if (status.model.resize === 'rest' && width > 0 && height > 0 && this._requested !== `${width}x${height}`) {
      this._requested = `${width}x${height}`;
      connection.resize({ width, height });
    }
    client()?.followSize();
  }

  handleEvent(event: Event): void {
    if (event.type === 'change') {
      this._watchRatio();
      this._layOut();
    } else {
      this._take();
    }
  }

  /** Request the size if the desktop has another one. */
  private _take(): void {
    const { canvas } = this._options.client() ?? {};
    const { width, height } = this.size;
    if (canvas !== undefined && (canvas.width !== width || canvas.height !== height)) {
      this._requested = '';
      this._options.client()?.forgetSize();
      this._follow();
    }
  }

  /** Make the element as large as its whole pixels are, so that none is blurred. */
  private _layOut(): void {
    const { target } = this._options;
    const { width, height } = this._settings.resolution === 'native' ? this.size : { width: 0, height: 0 };
    target.style.width = width > 0 ? `${width / this.ratio}px` : '';
    target.style.height = height > 0 ? `${height / this.ratio}px` : '';
    this._options.client()?.updateScale();
    this._follow();
  }

  /** Follow the page to another monitor, and the browser's zoom. */
  private _watchRatio(): void {
    this._resolution?.removeEventListener('change', this);
    this._resolution = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    this._resolution.addEventListener('change', this);
  }

  private _watchDepartures(isNeeded: boolean): void {
    if (isNeeded === (this._timer !== undefined)) {
      return;
    }
    clearInterval(this._timer);
    this._timer = isNeeded ? setInterval(() => this._lookForDeparture(), DEPARTURE_INTERVAL_MS) : undefined;
  }

  private _lookForDeparture(): void {
    const { client, connection } = this._options;
    const { canvas } = client() ?? {};
    const { width, height } = this.size;
    if (!document.hidden && canvas !== undefined && (canvas.width !== width || canvas.height !== height)) {
      void connection.refresh();
    }
  }

  private _pixels(length: number): number {
    return Math.min(MAX_SIDE, Math.floor(length * this.ratio + TOLERANCE_PIXELS));
  }

  private get _isAllowed(): boolean {
    const { rights } = this._options.connection.status;
    return this._visible && rights.includes('resize') && this._settings.scaling === 'resize';
  }

  private get _hasFocus(): boolean {
    return document.hasFocus() && this._options.node.contains(document.activeElement);
  }

  private readonly _options: ScreenSize.IOptions;
  private readonly _observer: ResizeObserver;
  private _settings: IScreenSettings;
  private _resolution: MediaQueryList | undefined;
  private _timer: ReturnType<typeof setInterval> | undefined;
  private _visible = true;
  private _clients = 0;
  private _requested = '';
  private _isDisposed = false;
}

export namespace ScreenSize {
  export interface IOptions {
    /** The element that limits the screen. */
    node: HTMLElement;
    /** The element in it that the RFB client's canvas fills. */
    target: HTMLElement;
    connection: IDesktopConnection;
    client: () => RfbClient | null;
    settings?: IScreenSettings;
  }
}
