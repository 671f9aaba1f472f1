import type RFB from '@novnc/novnc';
import type { SizeRequests } from './sizerequests';

/** What noVNC sets as the style of the cursor. */
const CURSOR = /^url\((.*)\)\s*(\d+) (\d+), *(.*)$/;

/**
 * Shows the desktop's cursor in the pixels of the user's screen, as the rest of the desktop: noVNC makes each of its
 * pixels a CSS pixel.
 */
export class SharpCursor {
  constructor(rfb: RFB, screen: SizeRequests.IScreen) {
    this._rfb = rfb;
    const cursor = rfb._cursor;
    const { change } = cursor;
    cursor.change = (...args: unknown[]) => {
      Reflect.apply(change, cursor, args);
      if (cursor._target !== null) {
        const { style } = cursor._target;
        style.cursor = sharpened(style.cursor, screen.ratio) ?? style.cursor;
      }
    };
  }

  /** Follow another ratio. */
  update(): void {
    this._rfb._refreshCursor();
  }

  private readonly _rfb: RFB;
}

/** Return the style for a cursor with `ratio` pixels in a CSS pixel; null if it stays as it is. */
export function sharpened(cursor: string, ratio: number): string | null {
  const [, url, x, y, otherwise] = CURSOR.exec(cursor) ?? [];
  return url === undefined || ratio === 1
    ? null
    : `image-set(url(${url}) ${ratio}x) ${Math.floor(Number(x) / ratio)} ${Math.floor(Number(y) / ratio)}, ${otherwise}`;
}
