import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';

import { REPOSITORY } from './jupyter';
import { START_TIMEOUT_MS, STATE_TIMEOUT_MS } from './timing';

import type { Locator, Page } from '@playwright/test';
import type { Jupyter } from './jupyter';

/** The pictures that the documentation shows. */
const DOCUMENTATION = join(REPOSITORY, 'docs/pictures');

/** Fails a test on an uncaught error from our code, and if JupyterLab has a version that our build does not accept. */
export const test = base.extend<{ uncaught: string[] }>({
  uncaught: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on('console', message => {
        if (/^Unsatisfied version/.test(message.text()) && message.location().url.includes('/jupyter-vnc-proxy/')) {
          errors.push(message.text());
        }
      });
      context.on('weberror', error => {
        const { stack, message } = error.error();
        if (/jupyter-vnc-proxy|\/vnc\//.test(stack ?? '')) {
          errors.push(stack ?? message);
        }
      });
      await use(errors);
      expect(errors, 'uncaught errors').toEqual([]);
    },
    { auto: true }
  ]
});

export { expect };

/** A desktop in a panel of JupyterLab, or on the plain page. */
export class DesktopView {
  constructor(
    readonly page: Page,
    options: DesktopView.IOptions = {}
  ) {
    const { name, title = name, nth } = options;
    const nodes = page.locator(name === undefined ? '.jp-Desktop' : `.jp-Desktop[data-desktop="${name}"]`);
    const tabs = page.locator('.lm-DockPanel .lm-TabBar-tab.jp-Desktop-tab');
    // The status follows the title, in brackets.
    const titled = title === undefined ? tabs : tabs.filter({ hasText: new RegExp(`^${title}( \\(\\w+\\))?$`) });
    this.node = nth === undefined ? nodes : nodes.nth(nth);
    this.tab = nth === undefined ? titled : titled.nth(nth);
    this.canvas = this.node.locator('.jp-Desktop-screen canvas:not([data-kept])');
    this.status = this.node.locator('.jp-Desktop-status');
  }

  readonly node: Locator;
  readonly canvas: Locator;
  readonly status: Locator;
  readonly tab: Locator;

  /** Waits until the desktop is live. */
  async live(timeout = START_TIMEOUT_MS): Promise<void> {
    await expect(this.node).toHaveClass(/jp-mod-live/, { timeout });
    await expect(this.node).toHaveAttribute('data-connected', 'true');
  }

  async phase(phase: string, timeout = STATE_TIMEOUT_MS): Promise<void> {
    await expect(this.node).toHaveAttribute('data-phase', phase, { timeout });
  }

  /** The size of the canvas in the desktop's pixels. */
  async size(): Promise<string> {
    return this.canvas.evaluate((canvas: HTMLCanvasElement) => `${canvas.width}x${canvas.height}`);
  }

  /** The size of the canvas in CSS pixels. */
  async shownSize(): Promise<string> {
    return this.canvas.evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas.getBoundingClientRect();
      return `${width}x${height}`;
    });
  }

  /** The size of the element that contains the canvas. */
  async place(): Promise<string> {
    return this.node.locator('.jp-Desktop-screen').evaluate(node => `${node.clientWidth}x${node.clientHeight}`);
  }

  /** Waits until the desktop has the size of the element that contains it. */
  async fitted(): Promise<void> {
    await expect(async () => expect(await this.size()).toBe(await this.place())).toPass();
  }

  /** Drags the tab to an edge of the main area, to split it. */
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

  /** Chooses an entry of the tab's context menu. */
  async choose(entry: string): Promise<void> {
    await this.tab.click({ button: 'right' });
    await this.page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${entry}$`) }).click();
  }

  button(name: string): Locator {
    return this.status.getByRole('button', { name, exact: true });
  }

  /** A button of the panel's toolbar. */
  toolbar(command: string): Locator {
    return this.page.locator(`.jp-Desktop-toolbar [data-command="${command}"]`);
  }
}

export namespace DesktopView {
  export interface IOptions {
    /** The desktop's name, if there are several on the page. */
    name?: string;
    /** The tab's title, if it isn't the name. */
    title?: string;
    /** The index of the view, from 0. */
    nth?: number;
  }
}

/** Opens JupyterLab with only the launcher. */
export async function openLab(page: Page, jupyter: Jupyter): Promise<void> {
  // JupyterLab 4.0 ignores `reset=`.
  await page.goto(`${jupyter.url('lab')}&reset`);
  await expect(tile(page)).toBeVisible({ timeout: START_TIMEOUT_MS });
  // JupyterLab removes the query when the layout is restored.
  await expect(page).not.toHaveURL(/reset/);
}

export function tile(page: Page): Locator {
  return page.locator('.jp-LauncherCard', { hasText: /^Desktop$/ });
}

/** Opens JupyterLab with the default desktop, and starts it if it isn't running. */
export async function openDesktop(page: Page, jupyter: Jupyter): Promise<DesktopView> {
  await openLab(page, jupyter);
  await tile(page).click();
  const view = new DesktopView(page);
  await view.live();
  return view;
}

/** Runs one of JupyterLab's commands. */
export async function runCommand(page: Page, id: string, args: object = {}): Promise<void> {
  // What a command returns can't always be sent.
  const execute = async ([command, given]: readonly [string, object]) => {
    await window.jupyterapp.commands.execute(command, given);
  };
  await page.evaluate(execute, [id, args] as const);
}

/** JupyterLab's version. */
export async function labVersion(page: Page): Promise<string> {
  return page.evaluate(() => window.jupyterapp.version);
}

/** Waits until the session's window manager runs, so that windows receive keys. */
export async function sessionUp(jupyter: Jupyter, name = 'default'): Promise<void> {
  await expect
    .poll(async () => jupyter.model(name), { message: 'the session comes up', timeout: START_TIMEOUT_MS })
    .toMatchObject({ phase: 'running', step: null });
}

/** A button of the open dialog. */
export function dialogButton(page: Page, label: string): Locator {
  return page.locator('.jp-Dialog').getByRole('button', { name: label, exact: true });
}

/** Closes JupyterLab's dialog about a lost server whenever it opens. */
export async function dismissConnectionError(page: Page): Promise<void> {
  const dialog = page.locator('.jp-Dialog', { hasText: 'Server Connection Error' });
  // JupyterLab 4.0 calls the button "Dismiss".
  await page.addLocatorHandler(dialog, () => dialog.getByRole('button', { name: /^(Close|Dismiss)$/ }).click());
}

/** Counts the RFB sockets that a page opens and closes from now on. */
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

/** Saves what the page shows in the directory SCREENSHOTS; with UPDATE_SCREENSHOT, in the documentation if that has it. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  const directory = process.env.SCREENSHOTS;
  if (directory) {
    mkdirSync(directory, { recursive: true });
    await page.screenshot({ path: join(directory, `${name}.png`) });
  }
  const shown = join(DOCUMENTATION, `${name}.png`);
  if (process.env.UPDATE_SCREENSHOT && existsSync(shown)) {
    await page.screenshot({ path: shown });
  }
}
