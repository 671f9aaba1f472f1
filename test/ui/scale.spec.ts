import { join } from 'node:path';
import { expect, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';
import { openPage, openPanel } from './screens';
import { START_TIMEOUT_MS } from './timing';
import { startOn } from './xclient';

import type { CDPSession } from '@playwright/test';
import type { DesktopView } from './lab';

const jupyter = jupyterForFile();
const name = 'xfce';

test.afterEach(() => jupyter.removeDesktops());

/** The height of the text at a scale of 100 %, in pixels: that of a capital letter of 30 pt at 96 dpi. */
const HEIGHT = 29;

/** The height of the text that `gtktext.py` shows, in the desktop's pixels; 0 if it is not seen. */
async function textHeight(view: DesktopView): Promise<number> {
  return view.canvas.evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const isAt = (x: number, y: number, colour: number[]) =>
      colour.every((value, index) => Math.abs(data[4 * (y * width + x) + index] - value) < 48);
    let rows = 0;
    for (let y = 0; y < height; y++) {
      const magenta: number[] = [];
      for (let x = 0; x < width; x++) {
        if (isAt(x, y, [255, 0, 255])) {
          magenta.push(x);
        }
      }
      const isText = (x: number) => x > magenta[0] && x < magenta[magenta.length - 1] && isAt(x, y, [0, 0, 0]);
      if (magenta.length > 20 && [...Array(width).keys()].some(isText)) {
        rows++;
      }
    }
    return rows;
  });
}

/** Waits until a scale is applied to the whole session, and the text has its size. */
async function hasScale(view: DesktopView, percent: number): Promise<void> {
  await expect.poll(async () => (await jupyter.model(name))!.scale).toBe(percent);
  const wanted = (HEIGHT * percent) / 100;
  await expect
    .poll(async () => Math.abs((await textHeight(view)) - wanted) <= 2, { message: `${percent} %` })
    .toBe(true);
}

async function start(backend = 'stream'): Promise<void> {
  await jupyter.post('api/desktops', { name, backend, session: 'xfce' });
  await expect.poll(async () => (await jupyter.model(name))!.step, { timeout: START_TIMEOUT_MS }).toBeNull();
  await startOn(jupyter, ['/usr/bin/python3', join(__dirname, 'gtktext.py')], name);
}

async function setRatio(session: CDPSession, ratio: number, width = 1000, height = 700): Promise<void> {
  await session.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: ratio, mobile: false });
}

for (const [backend, ratio] of [
  ['stream', 2],
  ['stream', 1.25],
  ['tigervnc', 2],
  ['x11vnc', 1.5]
] as const) {
  test(`${backend}: at a ratio of ${ratio}, Xfce is sharp and as large as the page`, async () => {
    await start(backend);
    const view = await openPanel(jupyter, name, ratio, {});
    await hasScale(view, ratio * 100);
    const [width] = (await view.size()).split('x').map(Number);
    const box = (await view.canvas.boundingBox())!;
    expect(Math.abs(width - box.width * ratio)).toBeLessThanOrEqual(1);
    await view.canvas.hover();
    await expect.poll(() => view.canvas.evaluate(({ style }) => style.cursor)).toContain(`${ratio}x)`);
    await saveScreenshot(view.page, `scale-${backend}-${ratio}`);
    await view.page.context().browser()!.close();
  });
}

test('the scale follows the page to another screen while programs run', async ({ browser }) => {
  await start();
  const view = await openPage(jupyter, browser, name, { width: 1000, height: 700 });
  const session = await view.page.context().newCDPSession(view.page);
  await hasScale(view, 100);
  for (const [ratio, size] of [
    [2, '2000x1400'],
    [1.5, '1500x1050'],
    [1, '1000x700']
  ] as const) {
    await setRatio(session, ratio);
    await hasScale(view, ratio * 100);
    await expect.poll(() => view.size()).toBe(size);
    await saveScreenshot(view.page, `scale-live-${ratio}`);
  }
  await view.page.context().close();
});

test('of two viewers, the one used last decides on size and scale', async ({ browser }) => {
  await start();
  const sharp = await openPage(jupyter, browser, name, { width: 1000, height: 700, ratio: 2 });
  await hasScale(sharp, 200);
  const plain = await openPage(jupyter, browser, name, { width: 900, height: 600 });
  await hasScale(plain, 100);
  // Each use takes the size back if the page knows by then that it has another one.
  await expect.poll(() => sharp.size()).toBe('900x600');
  await sharp.canvas.click();
  await hasScale(sharp, 200);
  await expect.poll(() => sharp.size()).toBe('2000x1400');
  await expect.poll(() => plain.size()).toBe('2000x1400');
  await plain.page.keyboard.press('Shift');
  await hasScale(plain, 100);
  await plain.page.context().close();
  await hasScale(sharp, 200);
  await sharp.page.context().close();
});

test('a scale can be set, with the pixels of the page', async () => {
  await start();
  const view = await openPanel(jupyter, name, 2, { resolution: 'css', scale: '150' });
  await hasScale(view, 150);
  const box = (await view.canvas.boundingBox())!;
  expect(await view.size()).toBe(`${box.width}x${box.height}`);
  await view.page.context().browser()!.close();
});
