import { once } from 'node:events';
import { join } from 'node:path';
import { expect, saveScreenshot, test } from './lab';
import { jupyterForFile, PYTHON } from './jupyter';
import { pixel } from './pixels';
import { openPage, openPanel } from './screens';
import { startOn } from './xclient';

import type { DesktopView } from './lab';

const jupyter = jupyterForFile();

/** Clicks a pixel of the desktop in the browser, on a window of that pixel, or of more beside it. */
async function clickPixel(view: DesktopView, name: string, ratio: number, x: number, y: number, more = 0) {
  const place = `${1 + 2 * more}x${1 + 2 * more}+${x - more}+${y - more}`;
  const window = await startOn(jupyter, [PYTHON, join(__dirname, 'xwindow.py'), 'e0a020', place], name);
  let output = '';
  window.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
  await expect.poll(() => output).toContain('shown');
  const box = (await view.canvas.boundingBox())!;
  await view.page.mouse.click(box.x + (x + 0.5) / ratio, box.y + (y + 0.5) / ratio);
  await expect.poll(() => output, { message: `a click at ${x}, ${y} arrives` }).toContain('clicked');
  window.kill();
}

/** The whole pixels of the screen in a view. */
async function pixelsOf(view: DesktopView, ratio: number): Promise<string> {
  return view.node.evaluate((node, pixels) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const whole = (start: number, end: number) => Math.floor(end * pixels) - Math.ceil(start * pixels);
    return `${whole(left, right)}x${whole(top, bottom)}`;
  }, ratio);
}

/**
 * Whether the browser paints the lower left corner of the desktop exactly, and how many colours are there.
 *
 * A place between two pixels may be rounded either way, so the whole may be one pixel beside its place.
 */
async function corner(view: DesktopView, ratio: number): Promise<{ isExact: boolean; colours: number }> {
  const SIDE = 48;
  const png = (await view.page.screenshot()).toString('base64');
  return view.canvas.evaluate(
    async (canvas: HTMLCanvasElement, [data, pixels, side]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const { left, top } = canvas.getBoundingClientRect();
      const [x, y] = [8, canvas.height - side - 8];
      const received = [...canvas.getContext('2d')!.getImageData(x, y, side, side).data];
      const isShown = (beside: number, below: number) => {
        const context = new OffscreenCanvas(side, side).getContext('2d')!;
        context.drawImage(image, -(Math.round(left * pixels) + x + beside), -(Math.round(top * pixels) + y + below));
        const painted = context.getImageData(0, 0, side, side).data;
        return received.every((value, index) => value === painted[index]);
      };
      const places = [-1, 0, 1].flatMap(beside => [-1, 0, 1].map(below => [beside, below]));
      return {
        isExact: places.some(([beside, below]) => isShown(beside, below)),
        colours: new Set(received.filter((_, index) => index % 4 === 0)).size
      };
    },
    [png, ratio, SIDE] as const
  );
}

/** The average colour of a picture. */
async function averageOf(view: DesktopView, png: Buffer): Promise<number[]> {
  return view.page.evaluate(async data => {
    // The page's policy allows no request to a data URL.
    const bytes = Uint8Array.from(atob(data), character => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height).data;
    const sum = (part: number) => pixels.reduce((total, value, index) => total + (index % 4 === part ? value : 0), 0);
    return [0, 1, 2].map(part => Math.round(sum(part) / (image.width * image.height)));
  }, png.toString('base64'));
}

for (const backend of ['stream', 'tigervnc', 'x11vnc']) {
  test(`${backend}: the viewer used last decides on the size, and gives it back`, async ({ browser }) => {
    const name = backend;
    await jupyter.post('api/desktops', { name, backend, session: 'terminal' });
    const first = await openPage(jupyter, browser, name, { width: 1270, height: 779 });
    await expect.poll(() => first.size()).toBe('1270x779');
    const second = await openPage(jupyter, browser, name, { width: 800, height: 500 });
    await expect.poll(() => first.size()).toBe('800x500');

    await first.canvas.click();
    await expect.poll(() => first.size()).toBe('1270x779');
    await expect.poll(() => second.size()).toBe('1270x779');
    await second.page.keyboard.press('Shift');
    await expect.poll(() => first.size()).toBe('800x500');

    await second.page.context().close();
    await expect.poll(() => first.size()).toBe('1270x779');
    await first.page.context().close();
    await jupyter.post(`api/desktops/${name}/stop`);
  });
}

test('wide, tall and large screens are filled', async ({ browser }) => {
  await jupyter.post('api/desktops', { name: 'large', backend: 'stream', session: 'terminal' });
  for (const [width, height] of [
    [5120, 1440],
    [1440, 2560],
    [3840, 2160]
  ]) {
    const view = await openPage(jupyter, browser, 'large', { width, height });
    await expect.poll(() => view.size()).toBe(`${width}x${height}`);
    await expect.poll(() => view.shownSize()).toBe(`${width}x${height}`);
    await saveScreenshot(view.page, `screen-${width}`);
    await view.page.context().close();
  }
  await jupyter.post('api/desktops/large/stop');
});

for (const ratio of [2, 1.5, 1.25]) {
  test(`at a ratio of ${ratio}, native pixels are sharp and clicks land on them`, async () => {
    const name = `ratio-${ratio}`;
    await jupyter.post('api/desktops', { name, backend: 'stream', session: 'terminal' });
    const view = await openPanel(jupyter, name, ratio, { resolution: 'native' });
    await expect(async () => expect(await view.size()).toBe(await pixelsOf(view, ratio))).toPass();

    // A pattern of single pixels, which any scaling would blur.
    await once(await startOn(jupyter, ['xsetroot', '-mod', '2', '2', '-fg', 'white', '-bg', 'black'], name), 'exit');
    await expect.poll(() => corner(view, ratio)).toEqual({ isExact: true, colours: 2 });
    await saveScreenshot(view.page, name);

    const [width, height] = (await view.size()).split('x').map(Number);
    for (const [x, y] of [
      [300, 211],
      [width - 2, height - 2],
      [width - 2, 1]
    ]) {
      await clickPixel(view, name, ratio, x, y);
    }
    await view.page.context().browser()!.close();
    await jupyter.post(`api/desktops/${name}/stop`);
  });
}

test('a desktop keeps its size, and is scaled or scrolled', async () => {
  const name = 'kept';
  await jupyter.post('api/desktops', { name, backend: 'stream', session: 'terminal', geometry: '1600x1200' });
  for (const [scaling, ratio] of [
    ['fit', 1],
    ['actual', 1],
    ['actual', 2]
  ] as const) {
    const view = await openPanel(jupyter, name, ratio, { scaling, resolution: 'native' });
    await expect.poll(() => view.size()).toBe('1600x1200');
    if (scaling === 'actual') {
      await expect.poll(() => view.shownSize()).toBe(`${1600 / ratio}x${1200 / ratio}`);
    } else {
      await expect(async () => {
        const [box, place] = [await view.shownSize(), await view.place()].map(size => size.split('x').map(Number));
        expect(box[0]).toBeLessThanOrEqual(place[0]);
        expect(box[1]).toBeLessThanOrEqual(place[1]);
      }).toPass();
    }
    const box = (await view.canvas.boundingBox())!;
    await clickPixel(view, name, 1600 / box.width, 120, 80, scaling === 'fit' ? 3 : 0);
    await saveScreenshot(view.page, `${scaling}-${ratio}`);
    await view.page.context().browser()!.close();
  }
});

test('a panel that grows shows neither black nor blank borders', async ({ browser }) => {
  const name = 'growing';
  await jupyter.post('api/desktops', { name, backend: 'stream', session: 'terminal' });
  const view = await openPage(jupyter, browser, name, { width: 700, height: 600 });
  await once(await startOn(jupyter, ['xsetroot', '-solid', '#e0a020'], name), 'exit');
  await expect.poll(() => pixel(view.canvas, 690, 590)).toBe('#e0a020');
  await expect(view.node.locator('.jp-Desktop-heldFrame')).toHaveCount(0);
  for (const [width, height] of [
    [800, 600],
    [900, 700],
    [1000, 800]
  ]) {
    await view.page.setViewportSize({ width, height });
    const png = await view.page.screenshot({ clip: { x: width - 30, y: height - 30, width: 20, height: 20 } });
    expect(await averageOf(view, png), `at ${width}x${height}`).toEqual([224, 160, 32]);
  }
  await expect.poll(() => view.size()).toBe('1000x800');
  await expect(view.node.locator('.jp-Desktop-heldFrame')).toHaveCount(0);
  await expect.poll(() => pixel(view.canvas, 990, 790)).toBe('#e0a020');
});
