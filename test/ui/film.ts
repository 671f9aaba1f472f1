import { once } from 'node:events';
import { join } from 'node:path';

import { DesktopView, expect, openLab, runCommand } from './lab';
import { PYTHON } from './jupyter';
import { samples } from './pixels';
import { startOn } from './xclient';

import type { Page } from '@playwright/test';
import type { Jupyter } from './jupyter';

/** Opens a desktop of the backend stream in a panel. */
export async function openOwn(page: Page, jupyter: Jupyter): Promise<DesktopView> {
  await jupyter.post('api/desktops', { name: 'own', backend: 'stream' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'own' });
  const view = new DesktopView(page, { name: 'own' });
  await view.live();
  return view;
}

/** A film over the whole desktop. */
export class Film {
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

/** Waits until the picture changes several times. */
export async function moves(view: DesktopView): Promise<void> {
  for (let change = 0; change < 5; change++) {
    const before = (await samples(view.canvas)).join();
    await expect.poll(async () => (await samples(view.canvas)).join()).not.toBe(before);
  }
}

/** Waits until every pixel equals that of the X server. */
export async function isExact(view: DesktopView, jupyter: Jupyter): Promise<void> {
  const url = jupyter.url('api/desktops/own/screenshot');
  const differing = () =>
    view.canvas.evaluate(async (canvas: HTMLCanvasElement, address) => {
      const response = await fetch(address);
      if (!response.ok) {
        return -1;
      }
      const image = await createImageBitmap(await response.blob());
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
