import { Signal } from '@lumino/signaling';

import { followNotifies } from './clipboardnotify';
import { keysymsOf } from './keyboard/keysyms';
import { HeldFrame } from './heldframe';
import { AcrossMonitors } from './pointer/acrossmonitors';
import { RelativePointer } from './pointer/relativepointer';
import { RemoteCursor } from './pointer/remotecursor';
import { SizeRequests } from './sizerequests';
import { ClientCounters } from './statistics/counters';
import { Pings } from './statistics/pings';
import { keepLocks } from './touch/pinch';
import { VideoFrames } from './video/videoframes';
import { whenPainted } from './whenpainted';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type RFB from '@novnc/novnc';
import type { IForms } from './clipboardnotify';
import type { IKey } from './keyboard/combination';
import type { IPosition } from './pointer/relativepointer';

let loading: Promise<void> | null = null;
let RFBClass: typeof RFB | null = null;

/** Load noVNC, a large chunk of its own. */
export function loadNoVNC(): Promise<void> {
  loading ??= import('@novnc/novnc').then(
    module => {
      RFBClass = module.default;
    },
    (error: unknown) => {
      // The network may work at the next attempt.
      loading = null;
      throw error;
    }
  );
  return loading;
}

/** An RFB client on one socket: noVNC, with signals. Each socket needs a new client. */
export class RfbClient implements IDisposable {
  /** Requires that `loadNoVNC` has succeeded: it cannot wait for it, since it would miss the socket's first bytes. */
  constructor(options: RfbClient.IOptions) {
    if (RFBClass === null) {
      throw new Error('noVNC is not loaded');
    }
    const { messages } = RFBClass;
    const rfb = new RFBClass(options.target, options.socket, { shared: true });
    this._rfb = rfb;
    this.counters = new ClientCounters(rfb, options.socket);
    this.pings = new Pings(rfb, (flags, payload) => messages.clientFence(rfb._sock, flags, payload));
    this._sizes = new SizeRequests(this._rfb, options.screen);
    this._rfb.background = 'transparent';
    this._rfb.scaleViewport = options.screen.isScaled;
    this._rfb.showDotCursor = true;
    // The focus belongs to a text field over the canvas.
    this._rfb.focusOnClick = false;
    this._rfb.resizeSession = options.resizeSession;
    this.applyQuality(options.quality);
    this._rfb.addEventListener('connect', () => this._onConnect());
    this._rfb.addEventListener('disconnect', () => {
      this._isDisconnected = true;
      this._cursor.node.remove();
    });
    followNotifies(this._rfb, forms => this._announced.emit(forms));
    this._rfb.addEventListener('clipboard', event => this._copied.emit(event.detail.text));
    this.canvas = options.target.querySelector<HTMLCanvasElement>('canvas:not([data-kept])')!;
    this._heldFrame = new HeldFrame(this._rfb, options.target, this.canvas);
    if (VideoFrames.isSupported()) {
      this._video = new VideoFrames({
        rfb,
        canvas: this.canvas,
        answer: (flags, payload) => messages.clientFence(rfb._sock, flags, payload),
        presented: () => this.counters.framePresented(),
        setDecoding: value => (this.counters.isDecoding = value)
      });
    }
    this.canvas.setAttribute('role', 'img');
    keepLocks(this._rfb);
    this._across = new AcrossMonitors(rfb, this.canvas);
    this.relative = new RelativePointer(this._rfb);
    this._cursor = new RemoteCursor(this._rfb, this.canvas, () => options.screen.ratio);
    options.target.append(this._cursor.node);
    this.relative.located.connect((_, { x, y }) => {
      const { left, top } = this.canvas.getBoundingClientRect();
      const { _display: display } = rfb;
      this._cursor.moveTo({
        x: left + (x - display.absX(0)) * this.scale,
        y: top + (y - display.absY(0)) * this.scale
      });
    });
  }

  readonly canvas: HTMLCanvasElement;
  readonly counters: ClientCounters;
  readonly pings: Pings;

  /** Sends how far the pointer moves, on request. */
  readonly relative: RelativePointer;

  /** Emitted when the RFB handshake is done. */
  get connected(): ISignal<this, void> {
    return this._connected;
  }

  /** Emitted when the canvas shows the first pixels. */
  get painted(): ISignal<this, void> {
    return this._painted;
  }

  /** Emitted with a text that was copied on the desktop. */
  get copied(): ISignal<this, string> {
    return this._copied;
  }

  /** Emitted with the forms of what was copied on the desktop, before `copied` with its text. */
  get announced(): ISignal<this, IForms> {
    return this._announced;
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
    this._heldFrame.dispose();
    this._video?.dispose();
    this._across.dispose();
    this._cursor.node.remove();
    if (!this._isDisconnected) {
      this._rfb.disconnect();
    }
  }

  /** The place on the desktop's screen of the canvas's first pixel: another one than 0, 0 if this is a monitor. */
  get origin(): IPosition {
    const { _display: display } = this._rfb;
    return { x: display.absX(0), y: display.absY(0) };
  }

  applyQuality(quality: RfbClient.IQuality): void {
    this._rfb.qualityLevel = quality.qualityLevel;
    this._rfb.compressionLevel = quality.compressionLevel;
  }

  /** Whether to resize the desktop to the screen's size; false while the target is hidden and has no size. */
  set resizeSession(value: boolean) {
    this._rfb.resizeSession = value;
    if (!value) {
      this._sizes.abandon();
    }
  }

  /** Request the screen's size, unless it is that of the last request. */
  followSize(): void {
    this._sizes.follow();
  }

  /** Let the next request be sent even if its size is that of the last one. */
  forgetSize(): void {
    this._sizes.forget();
  }

  /** Let the canvas show the last frame, which is in the video over it while something moves. */
  settle(): void {
    this._video?.settle();
  }

  /** Show what the desktop shows now. */
  releaseFrame(): void {
    this._heldFrame.release();
  }

  /** Scale canvas and cursor to the screen; hold the last picture if the desktop is going to have another size. */
  updateScale(isChanging: boolean): void {
    if (isChanging) {
      this.settle();
      this._heldFrame.hold();
    }
    this._sizes.updateScale();
    this._cursor.update();
  }

  /** The CSS pixels of one of the desktop's. */
  get scale(): number {
    return this._rfb._display.scale;
  }

  /** Whether the browser has locked the pointer to the canvas. */
  set isPointerLocked(value: boolean) {
    // A program that hides its cursor is to have none.
    this._rfb.showDotCursor = !value;
    this._cursor.isLocked = value;
  }

  /** Move the pointer to a place in the browser's window; with `buttons`, a mask of RFB's, hold exactly these. */
  point({ x, y }: IPosition, buttons?: number): void {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const place = { x: within(x - left, width), y: within(y - top, height) };
    if (buttons === undefined) {
      this._rfb._handleMouseMove(place.x, place.y);
    } else {
      this._rfb._handleMouseButton(place.x, place.y, buttons);
    }
    this._rfb._cursor.move(x, y);
  }

  /** The name of the screen for screen readers. */
  set label(value: string) {
    this.canvas.setAttribute('aria-label', value);
  }

  /** Whether to send no input. */
  set viewOnly(value: boolean) {
    this._rfb.viewOnly = value;
  }

  sendCtrlAltDel(): void {
    this._rfb.sendCtrlAltDel();
  }

  /** Press keys together, and release them in reverse order. */
  sendKeys(keys: readonly IKey[]): void {
    for (const { keysym, code } of keys) {
      this._rfb.sendKey(keysym, code, true);
    }
    for (const { keysym, code } of [...keys].reverse()) {
      this._rfb.sendKey(keysym, code, false);
    }
  }

  /** Press or release a key. */
  pressKey({ keysym, code }: IKey, down: boolean): void {
    this._rfb.sendKey(keysym, code, down);
  }

  /** Type a text, key by key. */
  type(text: string): void {
    for (const keysym of keysymsOf(text)) {
      this._rfb.sendKey(keysym, '');
    }
  }

  /** Send a text to the desktop's clipboard. */
  sendClipboard(text: string): void {
    this._rfb.clipboardPasteFrom(text);
  }

  private _onConnect(): void {
    whenPainted(this.canvas, () => {
      performance.mark('vnc:first-frame');
      this._heldFrame.isPainted = true;
      this._painted.emit();
    });
    this._connected.emit();
  }

  private readonly _rfb: RFB;
  private readonly _sizes: SizeRequests;
  private readonly _heldFrame: HeldFrame;
  private readonly _video: VideoFrames | null = null;
  private readonly _across: AcrossMonitors;
  private readonly _cursor: RemoteCursor;
  private readonly _connected = new Signal<this, void>(this);
  private readonly _painted = new Signal<this, void>(this);
  private readonly _copied = new Signal<this, string>(this);
  private readonly _announced = new Signal<this, IForms>(this);
  private _isDisposed = false;
  private _isDisconnected = false;
}

export namespace RfbClient {
  /** JPEG quality and compression, each from 0 to 9. */
  export interface IQuality {
    qualityLevel: number;
    compressionLevel: number;
  }

  export interface IOptions {
    /** The element that the canvas fills. */
    target: HTMLElement;
    /** A socket that has received no data yet. */
    socket: WebSocket;
    resizeSession: boolean;
    screen: SizeRequests.IScreen;
    quality: IQuality;
  }
}

/** Return a coordinate on the canvas, from 0 to its width or height. */
function within(position: number, size: number): number {
  return Math.max(0, Math.min(size - 1, position));
}
