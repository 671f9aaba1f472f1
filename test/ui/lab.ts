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
  constructor(
    readonly page: Page,
    options: DesktopView.IOptions = {}
  ) {
    const { name, title = name, nth } = options;
    const nodes = page.locator(name === undefined ? '.jp-Desktop' : `.jp-Desktop[data-desktop="${name}"]`);
    const tabs = page.locator('.lm-DockPanel .lm-TabBar-tab.jp-Desktop-tab');
    // A title is followed by the state in brackets.
    const titled = title === undefined ? tabs : tabs.filter({ hasText: new RegExp(`^${title}( \\(\\w+\\))?$`) });
    this.node = nth === undefined ? nodes : nodes.nth(nth);
    this.tab = nth === undefined ? titled : titled.nth(nth);
    this.canvas = this.node.locator('canvas:not([data-kept])');
    this.status = this.node.locator('.jp-Desktop-status');
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

  /** Drags the tab to an edge of the main area, where the panel then has a place of its own. */
  async dockAt(edge: 'right' | 'bottom'): Promise<void> {
    const before = await this.tab.boundingBox();
    const { x, y, width, height } = (await this.page.locator('#jp-main-dock-panel').boundingBox())!;
    const [left, top] = edge === 'right' ? [x + width - 30, y + height / 2] : [x + width / 2, y + height - 30];
    const { mouse } = this.page;
    await this.tab.hover();
    await mouse.down();
    await mouse.move(x + width / 2, y + height / 2, { steps: 5 });
    await mouse.move(left, top, { steps: 5 });
    await mouse.up();
    await expect(this.node).toBeVisible();
    await expect.poll(() => this.tab.boundingBox()).not.toEqual(before);
  }

  /** Takes an entry of the context menu of the tab. */
  async choose(entry: string): Promise<void> {
    await this.tab.click({ button: 'right' });
    await this.page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${entry}$`) }).click();
  }

  button(name: string): Locator {
    return this.status.getByRole('button', { name, exact: true });
  }

  /** A button of the panel's toolbar. */
  toolbar(command: string): Locator {
    return this.page.locator(`.jp-Desktop-toolbar [data-jp-item-name="${command}"]`);
  }
}

export namespace DesktopView {
  export interface IOptions {
    /** The desktop's name, where there are others on the page. */
    name?: string;
    /** The tab's title, where it isn't the name. */
    title?: string;
    /** Which of its panels, from 0. */
    nth?: number;
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

/** A button of the dialog that is open. */
export function dialogButton(page: Page, label: string): Locator {
  return page.locator('.jp-Dialog').getByRole('button', { name: label, exact: true });
}

/** Has JupyterLab's own word about a server that is gone go away, whenever it comes. */
export async function dismissConnectionError(page: Page): Promise<void> {
  const dialog = page.locator('.jp-Dialog', { hasText: 'Server Connection Error' });
  await page.addLocatorHandler(dialog, () => dialog.getByRole('button', { name: 'Close', exact: true }).click());
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
