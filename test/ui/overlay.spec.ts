import { DesktopView, expect, openDesktop, openLab, runCommand, saveScreenshot, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { Relay } from './relay';
import { START_TIMEOUT_MS } from './timing';
import { startOn } from './xclient';

import type { Locator, Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test.afterEach(() => jupyter.removeDesktops());

/** Starts a terminal in which a text runs. */
async function runText(name: string): Promise<void> {
  await sessionUp(jupyter, name);
  await startOn(jupyter, ['xterm', '-e', 'while :; do date +%N; sleep 0.05; done'], name);
}

function pageURL(name: string): string {
  const url = new URL(jupyter.url('desktops/'));
  url.searchParams.set('desktop', name);
  return url.href;
}

/** The value of a row of the statistics. */
function value(view: DesktopView, label: string): Locator {
  return view.node.locator(`.jp-Desktop-statistics dt:text-is("${label}") + dd > span`);
}

/** Opens the menu of the page's bar, and chooses an item. */
async function chooseOnPage(page: Page, name: string): Promise<void> {
  await page.locator('.jp-Desktop-bar').hover({ position: { x: 20, y: 30 } });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('menu', { name: 'Settings' }).getByText(name, { exact: true }).click();
}

/** Counts the messages of the desktop's connection, in both directions. */
function countMessages(page: Page): { number: number } {
  const count = { number: 0 };
  page.on('websocket', socket => {
    if (socket.url().includes('/rfb')) {
      socket.on('framesent', () => count.number++);
      socket.on('framereceived', () => count.number++);
    }
  });
  return count;
}

/** Waits until nothing is sent for longer than between two messages of the statistics, or of a keep-alive. */
async function comesToRest(count: { number: number }): Promise<void> {
  let before = -1;
  await expect
    .poll(
      () => {
        const isAtRest = count.number === before;
        before = count.number;
        return isAtRest;
      },
      { message: 'nothing is sent', intervals: [8000], timeout: START_TIMEOUT_MS }
    )
    .toBe(true);
}

for (const backend of ['stream', 'tigervnc', 'x11vnc']) {
  test(`the page shows what is going on with ${backend}`, async ({ page }) => {
    await jupyter.post('api/desktops', { name: 'lab', backend });
    await page.goto(pageURL('lab'));
    const view = new DesktopView(page);
    await view.live();
    await runText('lab');
    await expect(view.node.locator('.jp-Desktop-statistics')).toBeHidden();
    await chooseOnPage(page, 'Show Statistics');
    await expect(value(view, 'Frames a second')).toHaveText(/^[1-9]\d*$/);
    await expect(value(view, 'Received')).toHaveText(/^\d+(\.\d+)? Mbit\/s$/);
    await expect(value(view, 'Encoding')).toHaveText(/^(Tight|H\.264|ZRLE|Hextile|JPEG)/);
    await expect(value(view, 'Round trip')).toHaveText(backend === 'x11vnc' ? 'unknown' : /^[\d.]+ ms$/);
    await expect(async () =>
      expect(await value(view, 'Size').textContent()).toBe((await view.size()).replace('x', ' × '))
    ).toPass();
    const history = view.node.getByRole('img', { name: /^Frames a second in the last \d+ s: \d+ to \d+$/ });
    await expect(history).toBeVisible();
    await saveScreenshot(page, `overlay-${backend}`);

    await page.reload();
    await view.live();
    await expect(value(view, 'Frames a second')).toBeVisible();
    await view.node.getByRole('button', { name: 'Hide the statistics' }).click();
    await expect(view.node.locator('.jp-Desktop-statistics')).toBeHidden();
  });
}

test('a link with long round trips is said to be slow, with what helps', async ({ page }) => {
  const relay = await Relay.to(jupyter.port, 110);
  await jupyter.post('api/desktops', { name: 'lab', backend: 'stream' });
  await page.goto(relay.through(pageURL('lab')));
  const view = new DesktopView(page);
  await view.live();
  await runText('lab');
  await chooseOnPage(page, 'Show Statistics');
  await expect(view.node.locator('.jp-Desktop-statistics p')).toHaveText(
    /^The link is slow: \d{3,} ms\. Lower the quality/
  );
  await expect(value(view, 'Limited by')).toHaveText('the link');
  await page.emulateMedia({ colorScheme: 'dark' });
  await saveScreenshot(page, 'overlay-slow-dark');
  await page.setViewportSize({ width: 360, height: 640 });
  await saveScreenshot(page, 'overlay-narrow');
  await page.close();
  relay.close();
});

test('an item of the status bar shows it while a desktop is current, and a click shows more', async ({ page }) => {
  await jupyter.post('api/desktops', { name: 'lab', backend: 'stream' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'lab' });
  const view = new DesktopView(page, { name: 'lab' });
  await view.live();
  await runText('lab');
  const item = page.locator('.jp-Desktop-statusItem');
  await expect(item).toHaveText(/^Desktop: [\d.]+ ms · [1-9]\d* fps/);
  await item.click();
  await expect(value(view, 'Round trip')).toHaveText(/ms$/);
  await expect(view.node.locator('.jp-Desktop-statistics')).toBeInViewport({ ratio: 1 });
  await saveScreenshot(page, 'overlay-lab');
  await runCommand(page, 'apputils:change-theme', { theme: 'JupyterLab Dark' });
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
  await saveScreenshot(page, 'overlay-lab-dark');
  await runCommand(page, 'apputils:change-theme', { theme: 'JupyterLab Light' });
  await runCommand(page, 'launcher:create');
  await page.locator('.lm-TabBar-tab', { hasText: 'Launcher' }).last().click();
  await expect(item).toBeHidden();
  await view.tab.click();
  await expect(item).toBeVisible();
  await page.locator('.jp-Desktop-statistics').getByRole('button').click();
  await expect(page.locator('.jp-Desktop-statistics')).toBeHidden();
});

test('a desktop at rest sends nothing, though the status bar has an item, or the statistics are shown', async ({
  page
}) => {
  const count = countMessages(page);
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  await expect(page.locator('.jp-Desktop-statusItem')).toBeVisible();
  await comesToRest(count);

  await runCommand(page, 'vnc:toggle-statistics');
  await expect(value(view, 'Round trip')).toHaveText(/ms$/);
  // As long as nobody uses the desktop.
  await comesToRest(count);
  const open = count.number;
  await view.canvas.hover({ position: { x: 300, y: 300 } });
  await expect.poll(() => count.number).toBeGreaterThan(open + 2);
  await saveScreenshot(page, 'overlay-history');
  await runCommand(page, 'vnc:toggle-statistics');
});
