import { expect, saveScreenshot, test } from './lab';
import { Film, isExact, moves, openOwn } from './film';
import { jupyterForFile } from './jupyter';

import type { DesktopView } from './lab';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test.afterEach(() => jupyter.removeDesktops());

test('a film is shown in a video exactly over the canvas, and at rest the canvas is exact', async ({ page }) => {
  const view = await openOwn(page, jupyter);
  await view.fitted();
  await expect(video(view)).toHaveCount(0);
  for (const name of ['first', 'second']) {
    const film = await Film.play(jupyter);
    await expect(video(view)).toBeVisible();
    await moves(view);
    await isOver(view);
    await expect.poll(() => shown(view)).toBeGreaterThan(100);
    await saveScreenshot(page, `video-${name}`);
    await film.end();
    await expect(video(view)).toBeHidden();
    await isExact(view, jupyter);
    await isShown(view);
  }
  await saveScreenshot(page, 'video-rest');
});

test('a video is scaled with the desktop, and pointer events go through it', async ({ page }) => {
  const view = await openOwn(page, jupyter);
  await view.fitted();
  const film = await Film.play(jupyter);
  await expect(video(view)).toBeVisible();
  for (const [width, height] of [
    [900, 900],
    [1301, 701]
  ]) {
    const before = await view.place();
    await page.setViewportSize({ width, height });
    await expect.poll(() => view.place()).not.toBe(before);
    await view.fitted();
    await expect(video(view)).toBeVisible();
    await moves(view);
    await isOver(view);
    await saveScreenshot(page, `video-${width}x${height}`);
  }
  const { x, y, width, height } = (await video(view).boundingBox())!;
  const target = await page.evaluate(
    ([left, top]) => document.elementFromPoint(left, top)!.localName,
    [x + width / 2, y + height / 2]
  );
  expect(target).not.toBe('video');
  await film.end();
  await isExact(view, jupyter);
  await isShown(view);
});

test('after a reload the film goes on, and a lost connection keeps its last frame', async ({ page }) => {
  const view = await openOwn(page, jupyter);
  const film = await Film.play(jupyter);
  await expect(video(view)).toBeVisible();
  await page.reload();
  await view.live();
  await expect(video(view)).toBeVisible();
  await moves(view);
  const kept = colourfulKeptFrame(view);
  const { pid } = jupyter.processes().find(({ argv }) => argv.includes('jupyter_vnc_proxy.stream'))!;
  process.kill(pid, 'SIGKILL');
  await kept;
  await view.live();
  await moves(view);
  await film.end();
  await isExact(view, jupyter);
});

function video(view: DesktopView) {
  return view.node.locator('.jp-Desktop-video');
}

/** Waits, frame by frame, for a kept frame with many colours: the panel may soon be connected again. */
async function colourfulKeptFrame(view: DesktopView): Promise<void> {
  await view.node.evaluate(async node => {
    const small = new OffscreenCanvas(64, 40);
    const context = small.getContext('2d', { willReadFrequently: true })!;
    context.imageSmoothingEnabled = false;
    for (let count = 0; count <= 100;) {
      await new Promise(requestAnimationFrame);
      const kept = node.querySelector<HTMLCanvasElement>('canvas[data-kept=true]');
      if (kept !== null && kept.width > 0) {
        context.drawImage(kept, 0, 0, small.width, small.height);
        const { data } = context.getImageData(0, 0, small.width, small.height);
        count = new Set(new Uint32Array(data.buffer)).size;
      }
    }
  });
}

/** Checks that the video covers the canvas, except for an odd row or column, which it lacks. */
async function isOver(view: DesktopView): Promise<void> {
  await expect(async () => {
    const [left, top, width, height] = await box(view, 'canvas:not([data-kept])');
    expect(await box(view, 'video')).toEqual([left, top, width - (width % 2), height - (height % 2)]);
  }).toPass();
}

/** The place of an element in the desktop's panel. */
async function box(view: DesktopView, selector: string): Promise<number[]> {
  return view.node.locator(`.jp-Desktop-screen ${selector}`).evaluate(node => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return [left, top, width, height];
  });
}

/** How many colours a screenshot of the desktop has. */
async function shown(view: DesktopView): Promise<number> {
  return (await differing(view)).colours;
}

/** Waits until the page shows what the canvas contains. */
async function isShown(view: DesktopView): Promise<void> {
  await expect.poll(async () => (await differing(view)).count).toBe(0);
}

/** Compares a screenshot with the canvas in many places, of which none is under the cursor or a hint. */
async function differing(view: DesktopView): Promise<{ count: number; colours: number }> {
  const png = (await view.canvas.screenshot()).toString('base64');
  return view.canvas.evaluate(async (canvas: HTMLCanvasElement, encoded) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${encoded}`)).blob());
    const { width, height } = canvas;
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.drawImage(image, 0, 0, width, height);
    const seen = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    const has = new Uint32Array(canvas.getContext('2d')!.getImageData(0, 0, width, height).data.buffer);
    const along = (size: number, share: number) => Math.floor(size * (0.1 + share * 0.4));
    const places = Array.from(
      { length: 400 },
      (_, place) => along(height, Math.floor(place / 20) / 20) * width + along(width, (place % 20) / 20)
    );
    return {
      count: places.filter(place => seen[place] !== has[place]).length,
      colours: new Set(places.map(place => seen[place])).size
    };
  }, png);
}
