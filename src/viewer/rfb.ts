import { Signal } from '@lumino/signaling';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type RFB from '@novnc/novnc';

let loading: Promise<void> | null = null;
let Client: typeof RFB | null = null;

/** Fetch the RFB client, which is a large module of its own. */
export function loadClient(): Promise<void> {
  loading ??= import('@novnc/novnc').then(
    module => {
      Client = module.default;
    },
    (error: unknown) => {
      // Another attempt may find the network mended.
      loading = null;
      throw error;
    }
  );
  return loading;
}

/** The picture, keyboard and mouse of a desktop over one socket; a new socket needs a new one. */
export class RemoteScreen implements IDisposable {
  /** Needs `loadClient` to have come back: bytes that arrive on the socket before now would be lost. */
  constructor(options: RemoteScreen.IOptions) {
    if (Client === null) {
      throw new Error('The RFB client is not loaded');
    }
    this._rfb = new Client(options.target, options.socket, { shared: true });
    this._rfb.background = 'transparent';
    this._rfb.scaleViewport = true;
    this._rfb.showDotCursor = true;
    this._rfb.resizeSession = options.resizeSession;
    this.applyQuality(options.quality);
    this._rfb.addEventListener('connect', () => this._onConnect());
    this._rfb.addEventListener('disconnect', () => {
      this._isOver = true;
    });
    this._rfb.addEventListener('clipboard', event => this._copied.emit(event.detail.text));
    this.canvas = options.target.querySelector<HTMLCanvasElement>('canvas:not([data-kept])')!;
  }

  readonly canvas: HTMLCanvasElement;

  /** Emitted when the handshake is done. */
  get connected(): ISignal<this, void> {
    return this._connected;
  }

  /** Emitted when the first part of the picture is on the canvas. */
  get painted(): ISignal<this, void> {
    return this._painted;
  }

  /** Emitted when something was copied on the desktop. */
  get copied(): ISignal<this, string> {
    return this._copied;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    Signal.clearData(this);
    if (!this._isOver) {
      this._rfb.disconnect();
    }
  }

  applyQuality(quality: RemoteScreen.IQuality): void {
    this._rfb.qualityLevel = quality.qualityLevel;
    this._rfb.compressionLevel = quality.compressionLevel;
  }

  /** Whether the desktop takes the target's size; off while the target is hidden and has none. */
  set resizeSession(value: boolean) {
    this._rfb.resizeSession = value;
  }

  focus(): void {
    this._rfb.focus({ preventScroll: true });
  }

  sendCtrlAltDel(): void {
    this._rfb.sendCtrlAltDel();
  }

  /** Make a text the desktop's clipboard. */
  putClipboard(text: string): void {
    this._rfb.clipboardPasteFrom(text);
  }

  private _onConnect(): void {
    whenPainted(this.canvas, () => {
      performance.mark('vnc:first-frame');
      this._painted.emit();
    });
    this._connected.emit();
  }

  private readonly _rfb: RFB;
  private readonly _connected = new Signal<this, void>(this);
  private readonly _painted = new Signal<this, void>(this);
  private readonly _copied = new Signal<this, string>(this);
  private _isDisposed = false;
  private _isOver = false;
}

export namespace RemoteScreen {
  /** JPEG quality and compression, each from 0 to 9. */
  export interface IQuality {
    qualityLevel: number;
    compressionLevel: number;
  }

  export interface IOptions {
    /** The element that the picture fills. */
    target: HTMLElement;
    /** A socket that has received nothing yet. */
    socket: WebSocket;
    resizeSession: boolean;
    quality: IQuality;
  }
}

/**
 * Calls back when pixels are on the canvas.
 *
 * noVNC tells of no frames, but copies each to the visible canvas with `drawImage`. It does so too, with nothing in
 * it, when the size changes; what it drew is opaque only once the desktop's own pixels are in. That is looked up in a
 * canvas of one pixel, since browsers take a canvas that is read for one that is better kept off the GPU.
 */
function whenPainted(canvas: HTMLCanvasElement, callback: () => void): void {
  const context = canvas.getContext('2d');
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (context === null || probe === null) {
    return;
  }
  const drawImage: unknown = context.drawImage;
  context.drawImage = (...args: unknown[]) => {
    Reflect.apply(drawImage as () => void, context, args);
    const [x, y, width, height] = args.slice(5) as number[];
    probe.clearRect(0, 0, 1, 1);
    probe.drawImage(canvas, x + (width >> 1), y + (height >> 1), 1, 1, 0, 0, 1, 1);
    if (probe.getImageData(0, 0, 1, 1).data[3] !== 0) {
      // The method of the prototype shows again.
      delete (context as Partial<CanvasRenderingContext2D>).drawImage;
      callback();
    }
  };
}
