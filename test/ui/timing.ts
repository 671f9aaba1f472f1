import type { Locator, Page } from '@playwright/test';

/**
 * How long tests wait: until a state has come, a server or a desktop has started, a server has stopped, and for a whole
 * test. All are many times longer than on an idle machine, since they only decide when to give up: no test measures.
 */
export const STATE_TIMEOUT_MS = 40_000;
export const START_TIMEOUT_MS = 90_000;
export const STOP_TIMEOUT_MS = 40_000;
export const TEST_TIMEOUT_MS = 240_000;

export interface ITimes {
  /** From the click until a pixel of the desktop is on the canvas, in milliseconds. */
  firstPixel: number;
  /** From the click until the session has drawn more than a background, in milliseconds. */
  drawn: number;
}

/** More colours than this are a desktop; before its session, a display shows one. */
const DRAWN_COLOURS = 8;

/** Clicks, and takes the time in the page itself, frame by frame; `meanwhile` runs before the first pixel. */
export async function clickAndTime(page: Page, target: Locator, meanwhile?: () => Promise<void>): Promise<ITimes> {
  const times = page.evaluate(async drawnColours => {
    const clicked = await new Promise<number>(done =>
      window.addEventListener('click', event => done(event.timeStamp), { capture: true, once: true })
    );
    const small = new OffscreenCanvas(64, 40);
    const context = small.getContext('2d', { willReadFrequently: true })!;
    context.imageSmoothingEnabled = false;
    const seen = { firstPixel: 0, drawn: 0 };
    while (seen.drawn === 0) {
      await new Promise(requestAnimationFrame);
      const canvas = document.querySelector<HTMLCanvasElement>('.jp-Desktop-screen canvas');
      if (canvas === null || canvas.width === 0) {
        continue;
      }
      context.clearRect(0, 0, small.width, small.height);
      context.drawImage(canvas, 0, 0, small.width, small.height);
      const pixels = new Uint32Array(context.getImageData(0, 0, small.width, small.height).data.buffer);
      const colours = new Set([...pixels].filter(value => value >>> 24 !== 0));
      const now = performance.now() - clicked;
      seen.firstPixel ||= colours.size > 0 ? now : 0;
      seen.drawn ||= colours.size > drawnColours ? now : 0;
    }
    return seen;
  }, DRAWN_COLOURS);
  await target.click();
  await meanwhile?.();
  return times;
}
