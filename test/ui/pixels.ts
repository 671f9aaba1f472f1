import type { Locator } from '@playwright/test';

/** How many samples the picture is looked at with, each way. */
const GRID = 48;

/**
 * The colours of a grid of pixels of a desktop, as `#rrggbb`, row by row; '' before the first frame. They are those of
 * its canvas, or of the video over it while that is shown.
 */
export async function samples(canvas: Locator): Promise<string[]> {
  return canvas.evaluate((node: HTMLCanvasElement, grid) => {
    const { width, height } = node;
    if (width === 0 || height === 0) {
      return [];
    }
    let context = node.getContext('2d')!;
    const video = node.parentElement!.querySelector('video');
    if (video?.style.visibility === '') {
      context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!;
      context.drawImage(video, 0, 0);
    }
    const { data } = context.getImageData(0, 0, width, height);
    const colours: string[] = [];
    for (let row = 0; row < grid; row++) {
      for (let column = 0; column < grid; column++) {
        const x = Math.floor(((column + 0.5) / grid) * width);
        const y = Math.floor(((row + 0.5) / grid) * height);
        const at = 4 * (y * width + x);
        const hex = [0, 1, 2].map(part => data[at + part].toString(16).padStart(2, '0'));
        colours.push(data[at + 3] === 0 ? '' : `#${hex.join('')}`);
      }
    }
    return colours;
  }, GRID);
}

/** How many different colours are in a canvas's samples. */
export async function colours(canvas: Locator): Promise<number> {
  return new Set(await samples(canvas)).size;
}

/** The colour of one pixel of a canvas, each part rounded to 16 (JPEG is not exact), as `#rrggbb`. */
export async function pixel(canvas: Locator, x: number, y: number): Promise<string> {
  return canvas.evaluate(
    (node: HTMLCanvasElement, [left, top]) => {
      const { data } = node.getContext('2d')!.getImageData(left, top, 1, 1);
      const part = (value: number) => Math.min(240, Math.round(value / 16) * 16);
      return `#${[data[0], data[1], data[2]].map(value => part(value).toString(16).padStart(2, '0')).join('')}`;
    },
    [x, y]
  );
}
