import { DesktopView, dialogButton, expect, openLab, runCommand, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';

import type { Locator, Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test.afterEach(() => jupyter.removeDesktops());

const SETTINGS = 'lab/api/settings/jupyter-vnc-proxy:plugin';

async function stored(): Promise<Record<string, unknown>> {
  const response = await fetch(jupyter.url(SETTINGS));
  const { settings } = (await response.json()) as { settings: Record<string, unknown> };
  return settings;
}

async function store(settings: object): Promise<void> {
  const body = JSON.stringify({ raw: JSON.stringify(settings) });
  const response = await fetch(jupyter.url(SETTINGS), { method: 'PUT', body });
  expect(response.status).toBe(204);
}

/** Opens the bar's menu, and the drawer. */
async function openDrawer(page: Page): Promise<Locator> {
  await page.locator('.jp-Desktop-bar').hover({ position: { x: 20, y: 30 } });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Settings…' }).click();
  return page.getByRole('dialog', { name: 'Settings' });
}

test('a setting of one desktop is changed in its dialog, and takes effect there alone', async ({ page }) => {
  for (const name of ['first', 'other']) {
    await jupyter.post('api/desktops', { name });
  }
  await openLab(page, jupyter);
  const views = ['first', 'other'].map(name => new DesktopView(page, { name }));
  await runCommand(page, 'vnc:open', { name: 'other' });
  await views[1].live();
  await runCommand(page, 'vnc:open', { name: 'first' });
  await views[0].live();
  await views[0].dockAt('right');
  for (const view of views) {
    await view.fitted();
  }

  await views[0].choose('Settings for This Desktop…');
  await saveScreenshot(page, 'settings-desktop');
  await page.getByLabel('Size', { exact: true }).selectOption({ label: "Keep the desktop's size, and scroll" });
  await dialogButton(page, 'Close').click();
  await expect.poll(stored).toMatchObject({ desktops: { first: { scaling: 'actual' } } });
  const before = await views[0].size();
  await page.setViewportSize({ width: 1100, height: 700 });
  await expect.poll(() => views[0].place()).not.toBe(before);
  await views[1].fitted();
  expect(await views[0].size()).toBe(before);
  await store({});
});

test('broken settings of a desktop are reported, and a toolbar item is gone, or there is another', async ({ page }) => {
  await store({
    desktops: { lab: { scaling: 'huge', showStatistics: true } },
    toolbar: [
      { name: 'share', disabled: true },
      { name: 'statistics', command: 'vnc:toggle-statistics', label: 'Statistics', rank: 5 }
    ]
  });
  await jupyter.post('api/desktops', { name: 'lab' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'lab' });
  const view = new DesktopView(page, { name: 'lab' });
  await view.live();
  await expect(page.locator('.Toastify')).toContainText('lab: scaling');
  await expect(view.node.locator('.jp-Desktop-statistics')).toBeVisible();
  await expect(view.toolbar('vnc:reconnect')).toBeVisible();
  await expect(view.toolbar('vnc:share')).toHaveCount(0);
  await view.toolbar('vnc:toggle-statistics').click();
  await expect(view.node.locator('.jp-Desktop-statistics')).toBeHidden();
  await expect.poll(stored).toMatchObject({ desktops: { lab: { scaling: 'huge', showStatistics: false } } });
  await saveScreenshot(page, 'settings-toolbar');
  await store({});
});

test('the settings editor has all settings, and a change takes effect at once', async ({ page }) => {
  await jupyter.post('api/desktops', { name: 'lab' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'lab' });
  const view = new DesktopView(page, { name: 'lab' });
  await view.live();
  await runCommand(page, 'settingeditor:open', { query: 'Desktop' });
  const panel = page.locator('.jp-SettingsPanel');
  await expect(panel.locator('select[id$=clipboard]')).toBeVisible();
  await page.locator('.lm-DockPanel .lm-TabBar-tab', { hasText: 'Settings' }).first().waitFor();
  await panel.locator('input[id$=showStatistics]').check();
  await view.tab.click();
  await expect(view.node.locator('.jp-Desktop-statistics')).toBeVisible();
  await expect(page.locator('.jp-Desktop-statusItem')).toBeVisible();
  await runCommand(page, 'settingeditor:open', { query: 'Desktop' });
  await panel.locator('input[id$=showStatusItem]').uncheck();
  await saveScreenshot(page, 'settings-editor');
  await view.tab.click();
  await expect(page.locator('.jp-Desktop-statusItem')).toBeHidden();
  await store({});
});

test('a shortcut works where the desktop has not the keyboard', async ({ page }) => {
  await jupyter.post('api/desktops', { name: 'lab' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'lab' });
  const view = new DesktopView(page, { name: 'lab' });
  await view.live();
  const statistics = view.node.locator('.jp-Desktop-statistics');
  await view.canvas.click();
  await page.keyboard.press('Control+Alt+Shift+KeyS');
  await page.keyboard.press('Control+Alt+Shift+KeyL');
  await expect(statistics).toBeHidden();
  await page.keyboard.press('Control+Alt+Shift+KeyS');
  await expect(statistics).toBeVisible();
  await store({});
});

test('the drawer of the page changes settings at once, for all desktops or for one, by keyboard too', async ({
  page,
  context
}) => {
  for (const name of ['first', 'other']) {
    await jupyter.post('api/desktops', { name });
  }
  const url = new URL(jupyter.url('desktops/'));
  url.searchParams.set('desktop', 'first');
  await page.goto(url.href);
  const view = new DesktopView(page);
  await view.live();
  await view.fitted();
  const drawer = await openDrawer(page);
  await expect(drawer.getByLabel('For', { exact: true })).toBeFocused();
  await expect(drawer.getByLabel('Cmd on a Mac')).toHaveCount(0);
  await saveScreenshot(page, 'drawer');
  await drawer.getByLabel('Statistics').check();
  await expect(view.node.locator('.jp-Desktop-statistics')).toBeVisible();

  await drawer.getByLabel('For', { exact: true }).selectOption({ label: 'this desktop (first)' });
  await drawer.getByLabel('Size', { exact: true }).selectOption({ label: "Keep the desktop's size, and scroll" });
  const before = await view.size();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('button', { name: 'Settings', exact: true })).toBeFocused();
  await page.setViewportSize({ width: 390, height: 700 });
  await expect.poll(() => view.place()).toBe('390x700');
  expect(await view.size()).toBe(before);

  await openDrawer(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await saveScreenshot(page, 'drawer-narrow-dark');
  await expect(drawer.getByLabel('Size', { exact: true })).toContainText('As for all desktops');
  const other = await context.newPage();
  url.searchParams.set('desktop', 'other');
  await other.goto(url.href);
  const otherView = new DesktopView(other);
  await otherView.live();
  await expect(otherView.node.locator('.jp-Desktop-statistics')).toBeVisible();
  await otherView.fitted();
});
