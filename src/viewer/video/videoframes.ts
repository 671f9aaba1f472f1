import { PaintedFences } from './paintedfences';
import { VideoSurface } from './videosurface';

import type { IDisposable } from '@lumino/disposable';
import type RFB from '@novnc/novnc';
import type { IVideoFrame } from '@novnc/novnc';
import type { IVideoSurface } from './videosurface';

/** Encodings (rfbproto). Numbers below 0 are pseudo-encodings, except that of TightPNG. */
const H264 = 50;
const TIGHT_PNG = -260;

/** Frames that may wait for the decoder before nothing more is read, if the server doesn't limit them itself. */
const MAX_UNDECODED_FRAMES = 12;

/** The time after which a frame that the surface has not presented is drawn on the canvas: the video may be paused. */
const PRESENT_TIMEOUT_MS = 500;

interface IRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A frame that was given to the decoder. */
interface IFrame {
  readonly number: number;
  readonly rectangle: IRectangle;
  readonly pending: IVideoFrame;
  /** Who draws it: nobody if a newer frame does. */
  drawnBy: 'us' | 'noVNC' | 'nobody';
}

/**
 * Presents the H.264 frames of a noVNC client that cover the whole desktop in a video over its canvas.
 *
 * noVNC decodes a frame when it reads it, but reads no further update until it has drawn the frame, twice. This reads
 * on. The server is told by its fences what is painted: a frame is once it is decoded and the one before it is presented,
 * so at most one waits for the screen.
 *
 * The canvas is behind while the video is shown. Before anything else is drawn, it gets the last frame, and only then
 * the video is hidden; the video is shown again once it has presented a frame that the canvas has too.
 */
export class VideoFrames implements IDisposable {
  constructor(options: VideoFrames.IOptions) {
    this._options = options;
    const { rfb } = options;
    const { _display: display, _handleRect: handleRectangle } = rfb;
    const { videoFrame, resize, viewportChangeSize, viewportChangePos } = display;
    this._drawFrame = videoFrame.bind(display);
    this._fences = new PaintedFences(rfb, options.answer, () => (this._painted < this._number ? this._number : null));
    display.videoFrame = (x, y, width, height, pending) => this._receive({ x, y, width, height }, pending);
    display.resize = (width, height) => {
      this.settle();
      resize.call(display, width, height);
    };
    display.viewportChangeSize = (width, height) => {
      this.settle();
      viewportChangeSize.call(display, width, height);
    };
    display.viewportChangePos = (deltaX, deltaY) => {
      this.settle();
      viewportChangePos.call(display, deltaX, deltaY);
    };
    rfb._handleRect = () => {
      const encoding = rfb._FBU.encoding ?? 0;
      if (encoding === H264) {
        this._isBlocked = this._undecoded.length >= MAX_UNDECODED_FRAMES;
        return !this._isBlocked && handleRectangle.call(rfb);
      }
      if (encoding >= 0 || encoding === TIGHT_PNG) {
        this.settle();
      }
      return handleRectangle.call(rfb);
    };
  }

  static isSupported(): boolean {
    return VideoSurface.isSupported();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._stopTimer();
    this._last?.close();
    this._last = null;
    this._surface?.dispose();
  }

  /** Let the canvas show what the video shows, and hide the video. */
  settle(): void {
    const undecoded = this._undecoded.filter(each => each.drawnBy === 'us');
    if (this._isDisposed || (this._last === null && !this._isShown && undecoded.length === 0)) {
      return;
    }
    this._drawLast();
    for (const frame of undecoded) {
      frame.drawnBy = 'nobody';
    }
    const newest = undecoded.pop();
    if (newest !== undefined) {
      newest.drawnBy = 'noVNC';
      this._draw(newest.rectangle, newest.pending);
    }
    // What is drawn next waits behind it, as does what is read.
    const number = this._number;
    void this._options.rfb._display.flush().then(() => {
      this._hide();
      this._setPainted(number);
    });
  }

  private _receive(rectangle: IRectangle, pending: IVideoFrame): void {
    const { width, height } = this._options.rfb._display;
    const isWhole =
      rectangle.x === 0 && rectangle.y === 0 && rectangle.width >= width - 1 && rectangle.height >= height - 1;
    if (this._isDisposed || !isWhole) {
      this.settle();
      this._drawFrame(rectangle.x, rectangle.y, rectangle.width, rectangle.height, pending);
      return;
    }
    const frame: IFrame = { number: ++this._number, rectangle, pending, drawnBy: 'us' };
    this._undecoded.push(frame);
    this._options.setDecoding(true);
    void pending.promise.then(() => this._onDecoded(frame));
  }

  private _onDecoded(frame: IFrame): void {
    const isNewer = this._undecoded.includes(frame);
    this._undecoded = this._undecoded.filter(each => each.number > frame.number);
    this._options.setDecoding(this._undecoded.length > 0);
    const { rectangle, pending, number, drawnBy } = frame;
    const picture = pending.frame!;
    if (drawnBy === 'nobody' || (drawnBy === 'us' && (this._isDisposed || !isNewer))) {
      picture.close();
    } else if (drawnBy === 'us') {
      this._last?.close();
      this._last = picture;
      this._lastRectangle = rectangle;
      this._present(picture, number);
    }
    if (this._isBlocked && !this._isDisposed) {
      this._isBlocked = false;
      this._options.rfb._handleMessage();
    }
  }

  private _present(picture: VideoFrame, number: number): void {
    const { width, height } = this._lastRectangle;
    // A larger frame has to be cropped. A page that is hidden presents nothing.
    if (picture.displayWidth === width && picture.displayHeight === height && !document.hidden) {
      this._firstPresented ??= number;
      this._getSurface().present(picture, number, this._options.rfb._display._viewportLoc);
    } else {
      this._hide();
    }
    if (this._isShown) {
      this._presenting.push(number);
      this._setPainted(this._presenting[0]);
      this._timer ??= setTimeout(() => this.settle(), PRESENT_TIMEOUT_MS);
    } else {
      this._drawLast();
      void this._options.rfb._display.flush().then(() => this._setPainted(number));
    }
  }

  private _onPresented(number: number): void {
    if (this._firstPresented === null || number < this._firstPresented) {
      return;
    }
    this._presenting = this._presenting.filter(each => each > number);
    this._stopTimer();
    if (this._isShown) {
      this._options.presented();
      this._setPainted(this._presenting[0] ?? number);
    } else {
      this._getSurface().isShown = true;
    }
  }

  /** Draw the last frame that the surface shows, unless it is drawn. */
  private _drawLast(): void {
    if (this._last !== null) {
      this._draw(this._lastRectangle, { frame: this._last, ready: true, promise: Promise.resolve() });
      this._last = null;
    }
  }

  /** Draw a frame, which noVNC closes, and show it at once or behind what is drawn before. */
  private _draw({ x, y, width, height }: IRectangle, frame: IVideoFrame): void {
    this._drawFrame(x, y, width, height, frame);
    this._options.rfb._display.flip();
  }

  private _stopTimer(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
  }

  private _hide(): void {
    this._stopTimer();
    this._presenting = [];
    this._firstPresented = null;
    if (this._surface !== null) {
      this._surface.isShown = false;
    }
  }

  private _setPainted(number: number): void {
    this._painted = Math.max(this._painted, number);
    if (!this._isDisposed) {
      this._fences.painted(this._painted);
    }
  }

  private get _isShown(): boolean {
    return this._surface?.isShown === true;
  }

  private _getSurface(): IVideoSurface {
    if (this._surface === null) {
      this._surface = this._options.makeSurface?.() ?? new VideoSurface(this._options.canvas);
      this._surface.presented.connect((_, number) => this._onPresented(number));
    }
    return this._surface;
  }

  private readonly _options: VideoFrames.IOptions;
  private readonly _fences: PaintedFences;
  private readonly _drawFrame: RFB['_display']['videoFrame'];
  private _surface: IVideoSurface | null = null;
  private _number = 0;
  private _painted = 0;
  private _undecoded: IFrame[] = [];
  private _presenting: number[] = [];
  /** The first frame that was presented since the video was hidden. */
  private _firstPresented: number | null = null;
  /** The last frame, if the canvas does not show it. */
  private _last: VideoFrame | null = null;
  private _lastRectangle: IRectangle = { x: 0, y: 0, width: 0, height: 0 };
  private _isBlocked = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

export namespace VideoFrames {
  export interface IOptions {
    readonly rfb: RFB;
    /** noVNC's canvas. */
    readonly canvas: HTMLCanvasElement;
    /** Sends a ClientFence. */
    readonly answer: (flags: number, payload: string) => void;
    /** Called when the video has presented another frame. */
    readonly presented: () => void;
    /** Called with whether a frame waits for the decoder. */
    readonly setDecoding: (value: boolean) => void;
    /** The default is a `VideoSurface`. */
    readonly makeSurface?: () => IVideoSurface;
  }
}
