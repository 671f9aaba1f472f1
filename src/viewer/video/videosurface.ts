import { Signal } from '@lumino/signaling';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

/** A track whose frames are written; only Chromium has it in a window (MediaStreamTrack Insertable Streams). */
interface IVideoTrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}

declare global {
  interface Window {
    MediaStreamTrackGenerator?: new (options: { kind: 'video' }) => IVideoTrackGenerator;
  }
}

/** The part of a framebuffer that a canvas shows. */
export interface IViewport {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Shows decoded frames over a canvas. */
export interface IVideoSurface extends IDisposable {
  /** Emitted with the number of the newest frame that the browser has presented, even while the surface is not shown. */
  readonly presented: ISignal<IVideoSurface, number>;
  /** Whether the surface is shown. */
  isShown: boolean;
  /** Present the part of a frame that a canvas shows, with a number that increases, from 1 on. */
  present(frame: VideoFrame, number: number, viewport: IViewport): void;
}

/**
 * A `<video>` over a canvas. The browser presents decoded frames in it without a copy, away from the main thread, which
 * costs less than half of what drawing them on a canvas does.
 */
export class VideoSurface implements IVideoSurface {
  /** Requires that the browser supports it. */
  constructor(canvas: HTMLCanvasElement) {
    this._track = new window.MediaStreamTrackGenerator!({ kind: 'video' });
    this._writer = this._track.writable.getWriter();
    this._video = document.createElement('video');
    this._video.className = 'jp-Desktop-video';
    this._video.setAttribute('aria-hidden', 'true');
    this._video.disablePictureInPicture = true;
    this._video.muted = true;
    this._video.srcObject = new MediaStream([this._track]);
    this.isShown = false;
    this._node.className = 'jp-Desktop-videoArea';
    this._node.append(this._video);
    canvas.parentElement?.classList.add('jp-Desktop-videoHost');
    canvas.after(this._node);
    // Unlike the attribute `autoplay`, this plays a video that is hidden.
    this._video.play().catch(() => undefined);
    this._watch();
  }

  static isSupported(): boolean {
    return 'MediaStreamTrackGenerator' in window && 'requestVideoFrameCallback' in HTMLVideoElement.prototype;
  }

  get presented(): ISignal<this, number> {
    return this._presented;
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
    this._track.stop();
    this._video.srcObject = null;
    this._node.remove();
  }

  get isShown(): boolean {
    return this._video.style.visibility === '';
  }
  set isShown(value: boolean) {
    this._video.style.visibility = value ? '' : 'hidden';
  }

  present(frame: VideoFrame, number: number, { x, y, w, h }: IViewport): void {
    // An odd row or column of the desktop is not part of the video.
    const { displayWidth, displayHeight } = frame;
    const places = { left: -x / w, top: -y / h, width: displayWidth / w, height: displayHeight / h };
    for (const [property, share] of Object.entries(places)) {
      this._video.style.setProperty(property, `${100 * share}%`);
    }
    // A presented frame's media time is the timestamp that the decoder gave it: Chromium ignores another one of a copy.
    this._written.push({ timestamp: frame.timestamp, number });
    this._writer.write(frame.clone()).catch(() => undefined);
  }

  private _watch(): void {
    this._video.requestVideoFrameCallback((_, { mediaTime }) => {
      if (!this._isDisposed) {
        this._onPresented(Math.round(mediaTime * 1e6));
        this._watch();
      }
    });
  }

  /** The frame with this timestamp, in microseconds, is presented; those before it are, or never will be. */
  private _onPresented(timestamp: number): void {
    let newest: number | undefined;
    while (this._written.length > 0 && this._written[0].timestamp <= timestamp) {
      newest = this._written.shift()!.number;
    }
    if (newest !== undefined) {
      this._presented.emit(newest);
    }
  }

  private readonly _track: IVideoTrackGenerator;
  private readonly _writer: WritableStreamDefaultWriter<VideoFrame>;
  private readonly _node = document.createElement('div');
  private readonly _video: HTMLVideoElement;
  private readonly _presented = new Signal<this, number>(this);
  /** The frames that are not known to be presented, with their timestamps, which increase. */
  private _written: { readonly timestamp: number; readonly number: number }[] = [];
  private _isDisposed = false;
}
