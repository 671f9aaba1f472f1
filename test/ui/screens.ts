import { chromium, expect, test } from '@playwright/test';

import { DesktopView, openLab, runCommand } from './lab';

import type { Browser } from '@playwright/test';
import type { Jupyter } from './jupyter';

interface IScreen {
  width: number;
  height: number;
  ratio?: number;
}

/** Opens a desktop on a screen of its own; the plain page fills it. */
export async function openPage(
  jupyter: Jupyter,
  browser: Browser,
  name: string,
  { width, height, ratio = 1 }: IScreen
): Promise<DesktopView> {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: ratio });
  const page = await context.newPage();
  await page.goto(`${jupyter.url('desktops/')}&desktop=${name}`);
  const view = new DesktopView(page);
  await view.live();
  return view;
}

/** Changes the user's settings of the desktops. */
export async function choose(jupyter: Jupyter, settings: object): Promise<void> {
  const response = await fetch(jupyter.url('lab/api/settings/jupyter-vnc-proxy:plugin'), {
    method: 'PUT',
    body: JSON.stringify({ raw: JSON.stringify(settings) })
  });
  expect(response.status).toBe(204);
}

/** Opens a desktop in JupyterLab with the given settings, in a browser on a screen with the given pixel ratio. */
export async function openPanel(jupyter: Jupyter, name: string, ratio: number, settings: object): Promise<DesktopView> {
  await choose(jupyter, settings);
  // Playwright's own emulation of a ratio aligns elements with CSS pixels, unlike a screen.
  const { args = [], ...options } = test.info().project.use.launchOptions!;
  const screen = [`--force-device-scale-factor=${ratio}`, '--window-size=1001,703'];
  const browser = await chromium.launch({ ...options, args: [...args, ...screen] });
  const page = await (await browser.newContext({ viewport: null })).newPage();
  expect(await page.evaluate(() => devicePixelRatio)).toBe(ratio);
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name });
  const view = new DesktopView(page, { name });
  await view.live();
  return view;
}
