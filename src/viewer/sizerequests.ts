import type RFB from '@novnc/novnc';
import type { Desktop } from '../model';

/**
 * Replaces how one noVNC client computes the size that it requests, because it knows CSS pixels only and repeats a
 * request that the server has answered with another size; and what part of the desktop it shows.
 */
export class SizeRequests {
  constructor(rfb: RFB, screen: SizeRequests.IScreen) {
    this._rfb = rfb;
    this._screen = screen;
    const { _requestRemoteResize: request, _screenSize: screenSize } = rfb;
    const { _updateClip: updateClip, _updateScale: updateScale } = rfb;
    rfb._requestRemoteResize = () => {
      const { width, height } = screen.size;
      if (width === 0 || height === 0 || this._requested === `${width}x${height}`) {
        return;
      }
      this._isRequesting = true;
      try {
        request.call(rfb);
      } finally {
        this._isRequesting = false;
      }
    };
    rfb._screenSize = () => {
      if (!this._isRequesting) {
        return screenSize.call(rfb);
      }
      // noVNC asks for it right before it sends the request.
      const { width, height } = screen.size;
      this._requested = `${width}x${height}`;
      return { w: width, h: height };
    };
    rfb._updateClip = () => {
      const { _display: display } = rfb;
      const area = screen.areaIn({ width: display.width, height: display.height });
      if (area === null) {
        updateClip.call(rfb);
        return;
      }
      display.clipViewport = true;
      display.viewportChangeSize(area.width, area.height);
      display.viewportChangePos(area.x - display.absX(0), area.y - display.absY(0));
    };
    rfb._updateScale = () => {
      updateScale.call(rfb);
      if (!rfb.scaleViewport) {
        rfb._display.scale = 1 / screen.ratio;
      }
    };
  }

  /** Let the next request be sent even if its size is that of the last one. */
  forget(): void {
    this._requested = '';
  }

  /** Wait for no answer to the last request: the server may have dropped it. */
  abandon(): void {
    this._requested = '';
    this._rfb._pendingRemoteResize = false;
  }

  /** Request the screen's size, unless it is that of the last request. */
  follow(): void {
    this._rfb._requestRemoteResize();
  }

  /** Show the screen's area, and scale the canvas to the screen, or not at all. */
  updateScale(): void {
    this._rfb._updateClip();
    if (this._rfb.scaleViewport === this._screen.isScaled) {
      this._rfb._updateScale();
    } else {
      this._rfb.scaleViewport = this._screen.isScaled;
    }
  }

  private readonly _rfb: RFB;
  private readonly _screen: SizeRequests.IScreen;
  private _isRequesting = false;
  private _requested = '';
}

export namespace SizeRequests {
  /** The screen that the canvas is on. */
  export interface IScreen {
    /** The size that the desktop should have, in its pixels. */
    readonly size: Desktop.ISize;
    /** The pixels of the desktop in one CSS pixel, if it is not scaled. */
    readonly ratio: number;
    /** Whether the canvas is scaled to fit. */
    readonly isScaled: boolean;
    /** The area that the canvas shows of a desktop of the given size; null for all of it. */
    areaIn(size: Desktop.ISize): Desktop.IArea | null;
  }
}
