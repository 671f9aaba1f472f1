import { countSockets, dialogButton, expect, saveScreenshot, test } from './lab';
import { Film, isExact, moves, openOwn } from './film';
import { jupyterForFile } from './jupyter';

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
  await view.fitted();
  const sockets = countSockets(page);
  await page.evaluate(() => (window.decoderHangs = true));
  const film = await Film.play(jupyter);
  await expect.poll(() => sockets.opened).toBeGreaterThan(0);
  await expect.poll(async () => (await jupyter.model('own'))!.notes.join()).toContain('without H.264');
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
  await view.fitted();
  const film = await Film.play(jupyter);
  await moves(view);
  await saveScreenshot(page, 'no-webcodecs');
  await film.end();
  await isExact(view, jupyter);
  expect((await jupyter.model('own'))!.encoder).toBeNull();
});

test('a browser that decodes shows the film, and then every pixel', async ({ page }) => {
  const view = await openOwn(page, jupyter);
  await view.fitted();
  const film = await Film.play(jupyter);
  await expect.poll(async () => (await jupyter.model('own'))!.encoder).not.toBeNull();
  await moves(view);
  await saveScreenshot(page, 'film');
  await film.end();
  await isExact(view, jupyter);
});
