import { once } from 'node:events';
import { join } from 'node:path';

import { countSockets, DesktopView, dialogButton, expect, saveScreenshot, openLab, runCommand, test } from './lab';
import { jupyterForFile, PYTHON } from './jupyter';
import { samples } from './pixels';
import { startOn } from './xclient';

import type { Page } from '@playwright/test';
import type { Jupyter } from './jupyter';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test.afterEach(() => jupyter.removeDesktops());

declare global {
  interface Window {
    decoderHangs?: boolean;
  }
}

test('when the decoder hangs, the panel continues without H.264, and the details show it', async ({ page }) => {
  await page.addInitScript(() => {
    const { decode } = VideoDecoder.prototype;
    VideoDecoder.prototype.decode = function (chunk) {
      // The tests of the page and of noVNC must succeed.
      if (!window.decoderHangs) {
        decode.call(this, chunk);
      }
    };
  });
  const view = await openOwn(page, jupyter);
  await expect.poll(() => view.size()).toBe(await view.place());
  const sockets = countSockets(page);
  await page.evaluate(() => (window.decoderHangs = true));
  const film = await Film.play(jupyter);
  await expect.poll(() => sockets.opened, { timeout: 20_000 }).toBeGreaterThan(0);
  await expect
    .poll(async () => (await jupyter.model('own'))!.notes.join(), { timeout: 20_000 })
    .toContain('without H.264');
  await moves(view);
  await saveScreenshot(page, 'decoder-hangs');
  await film.end();
  await isExact(view, jupyter);
  await saveScreenshot(page, 'decoder-hangs-exact');
  await view.choose('Show Connection');
  await expect(page.locator('.jp-Desktop-details')).toContainText('A browser stopped decoding the video');
  await saveScreenshot(page, 'decoder-hangs-connection');
  await dialogButton(page, 'Close').click();
});

test('a browser without WebCodecs shows the film, and then every pixel', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'VideoDecoder'));
  const view = await openOwn(page, jupyter);
  await expect.poll(() => view.size()).toBe(await view.place());
  const film = await Film.play(jupyter);
  await moves(view);
  await saveScreenshot(page, 'no-webcodecs');
  await film.end();
  await isExact(view, jupyter);
  expect((await jupyter.model('own'))!.encoder).toBeNull();
});

test('a browser that decodes shows the film, and then every pixel', async ({ page }) => {
  const view = await openOwn(page, jupyter);
  await expect.poll(() => view.size()).toBe(await view.place());
  const film = await Film.play(jupyter);
  await expect.poll(async () => (await jupyter.model('own'))!.encoder).not.toBeNull();
  await moves(view);
  await saveScreenshot(page, 'film');
  await film.end();
  await isExact(view, jupyter);
});

/** Opens a desktop of the backend stream in a panel. */
async function openOwn(page: Page, jupyter: Jupyter): Promise<DesktopView> {
  await jupyter.post('api/desktops', { name: 'own', backend: 'stream' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'own' });
  const view = new DesktopView(page, { name: 'own' });
  await view.live();
  return view;
}

/** A film over the whole desktop. */
class Film {
  private constructor(private readonly _child: Awaited<ReturnType<typeof startOn>>) {}

  static async play(jupyter: Jupyter): Promise<Film> {
    const child = await startOn(jupyter, [PYTHON, join(__dirname, 'film.py')], 'own');
    await once(child.stdout!, 'data');
    return new Film(child);
  }

  async end(): Promise<void> {
    const ended = once(this._child, 'exit');
    this._child.kill();
    await ended;
  }
}

/** Waits until the canvas changes several times. */
async function moves(view: DesktopView): Promise<void> {
  for (let change = 0; change < 5; change++) {
    const before = (await samples(view.canvas)).join();
    await expect.poll(async () => (await samples(view.canvas)).join(), { timeout: 20_000 }).not.toBe(before);
  }
}

/** Waits until every pixel equals that of the X server. */
async function isExact(view: DesktopView, jupyter: Jupyter): Promise<void> {
  const url = jupyter.url('api/desktops/own/screenshot');
  const differing = () =>
    view.canvas.evaluate(async (canvas: HTMLCanvasElement, address) => {
      const image = await createImageBitmap(await (await fetch(address)).blob());
      const { width, height } = image;
      if (width !== canvas.width || height !== canvas.height) {
        return -1;
      }
      const context = new OffscreenCanvas(width, height).getContext('2d')!;
      context.drawImage(image, 0, 0);
      const expected = context.getImageData(0, 0, width, height).data;
      const seen = canvas.getContext('2d')!.getImageData(0, 0, width, height).data;
      return expected.reduce((count, value, index) => count + Number(value !== seen[index]), 0);
    }, url);
  await expect.poll(differing, { message: 'color components that differ' }).toBe(0);
}
