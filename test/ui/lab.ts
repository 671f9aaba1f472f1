import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';

import type { Locator, Page } from '@playwright/test';
import type { Jupyter } from './jupyter';

/** Nothing of ours may throw unseen: a test fails on an error that nobody caught. */
export const test = base.extend<{ uncaught: string[] }>({
  uncaught: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on('weberror', error => {
        const { stack, message } = error.error();
        if (/jupyter-vnc-proxy|\/vnc\//.test(stack ?? '')) {
          errors.push(stack ?? message);
        }
      });
      await use(errors);
      expect(errors, 'errors that nobody caught').toEqual([]);
    },
    { auto: true }
  ]
});

export { expect };

/** One desktop as a page shows it: a panel of JupyterLab, or the plain page. */
export class DesktopView {
  constructor(readonly page: Page) {
    this.node = page.locator('.jp-Desktop');
    this.canvas = this.node.locator('canvas:not([data-kept])');
    this.status = this.node.locator('.jp-Desktop-status');
    this.tab = page.locator('.lm-DockPanel .lm-TabBar-tab.jp-Desktop-tab');
  }

  readonly node: Locator;
  readonly canvas: Locator;
  readonly status: Locator;
  readonly tab: Locator;

  /** Waits until the picture is there. */
  async live(timeout = 30_000): Promise<void> {
    await expect(this.node).toHaveClass(/jp-mod-live/, { timeout });
    await expect(this.node).toHaveAttribute('data-connected', 'true');
  }

  async phase(phase: string, timeout = 15_000): Promise<void> {
    await expect(this.node).toHaveAttribute('data-phase', phase, { timeout });
  }

  /** The canvas's width and height in the desktop's pixels. */
  async size(): Promise<string> {
    return this.canvas.evaluate((canvas: HTMLCanvasElement) => `${canvas.width}x${canvas.height}`);
  }

  /** The same in pixels of the page, where it isn't scaled. */
  async shownSize(): Promise<string> {
    return this.canvas.evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas.getBoundingClientRect();
      return `${width}x${height}`;
    });
  }

  /** The size of the place that the picture has. */
  async place(): Promise<string> {
    return this.node.locator('.jp-Desktop-screen').evaluate(node => `${node.clientWidth}x${node.clientHeight}`);
  }

  button(name: string): Locator {
    return this.status.getByRole('button', { name, exact: true });
  }

  /** A button of the panel's toolbar. */
  toolbar(command: string): Locator {
    return this.page.locator(`.jp-Desktop-toolbar [data-jp-item-name="${command}"]`);
  }
}

/** JupyterLab with nothing but the launcher. */
export async function openLab(page: Page, jupyter: Jupyter): Promise<void> {
  await page.goto(jupyter.url('lab?reset'));
  await expect(tile(page)).toBeVisible({ timeout: 30_000 });
  // JupyterLab takes its address apart when all is restored.
  await expect(page).not.toHaveURL(/reset/);
}

export function tile(page: Page): Locator {
  return page.locator('.jp-LauncherCard', { hasText: /^Desktop$/ });
}

/** JupyterLab with a desktop docked, started where it doesn't run. */
export async function openDesktop(page: Page, jupyter: Jupyter): Promise<DesktopView> {
  await openLab(page, jupyter);
  await tile(page).click();
  const view = new DesktopView(page);
  await view.live();
  return view;
}

/** Runs one of JupyterLab's commands. */
export async function runCommand(page: Page, id: string, args: object = {}): Promise<void> {
  await page.evaluate(([command, given]) => window.jupyterapp.commands.execute(command, given), [id, args] as const);
}

/** Waits until the session's window manager is there, so that windows take keys. */
export async function sessionUp(jupyter: Jupyter, name = 'default'): Promise<void> {
  await expect
    .poll(async () => jupyter.model(name), { message: 'the session comes up', timeout: 30_000 })
    .toMatchObject({ phase: 'running', step: null });
}

/** Counts the sockets to desktops that a page opens from now on, and those that close. */
export function countSockets(page: Page): { opened: number; closed: number } {
  const count = { opened: 0, closed: 0 };
  page.on('websocket', socket => {
    if (socket.url().includes('/rfb')) {
      count.opened++;
      socket.on('close', () => count.closed++);
    }
  });
  return count;
}

/** Keeps a picture of the page where SCREENSHOTS names a directory, for human eyes. */
export async function look(page: Page, name: string): Promise<void> {
  const directory = process.env.SCREENSHOTS;
  if (directory) {
    mkdirSync(directory, { recursive: true });
    await page.screenshot({ path: join(directory, `${name}.png`) });
  }
}
