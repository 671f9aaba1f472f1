import { DesktopView, dialogButton, expect, openDesktop, runCommand, saveScreenshot, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { XWindow } from './xclient';

import type { Page } from '@playwright/test';

const jupyter = jupyterForFile();

const [CTRL, SHIFT, F5, ENTER] = [0xffe3, 0xffe1, 0xffc2, 0xff0d];
const [W, Y] = [0x77, 0x59];

function entry(page: Page, label: string) {
  return page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${label.replace(/[+()]/g, '\\$&')}$`) });
}

async function setSettings(settings: object): Promise<void> {
  const body = JSON.stringify({ raw: JSON.stringify(settings) });
  const response = await fetch(jupyter.url('lab/api/settings/jupyter-vnc-proxy:plugin'), { method: 'PUT', body });
  expect(response.status).toBe(204);
}

/** Closes a page as a user does; returns whether the browser asks first, and stays then. */
async function asksOnClose(page: Page): Promise<boolean> {
  const asked = new Promise<boolean>(resolve => {
    page.once('dialog', dialog => {
      expect(dialog.type()).toBe('beforeunload');
      void dialog.dismiss().then(() => resolve(true));
    });
    page.once('close', () => resolve(false));
  });
  await page.close({ runBeforeUnload: true });
  return asked;
}

test('the menu in the toolbar sends keys that the browser keeps', async ({ page }) => {
  await setSettings({ sendKeys: ['Ctrl+Shift+Y', 'Ctrl+Foo'] });
  const view = await openDesktop(page, jupyter);
  const hint = view.node.locator('.jp-Desktop-hint');
  await expect(hint).toContainText('Ctrl+Alt+Shift+L leaves the desktop');
  await expect(hint).toHaveCSS('pointer-events', 'none');
  await saveScreenshot(page, 'keys-hint');
  await expect(hint).toBeEmpty();
  await sessionUp(jupyter);
  const window = await XWindow.show(jupyter);
  await window.click(view);

  await view.toolbar('vnc:send-keys').click();
  await expect(entry(page, 'Alt+F4')).toBeVisible();
  await saveScreenshot(page, 'keys-menu');
  await entry(page, 'Ctrl+W').click();
  await window.got(CTRL, W);
  await page.keyboard.press('Enter');
  await window.got(CTRL, W, ENTER);

  await view.toolbar('vnc:send-keys').click();
  await entry(page, 'Ctrl+Shift+Y').click();
  await window.got(CTRL, SHIFT, Y);

  await view.toolbar('vnc:send-keys').click();
  await entry(page, 'Function Keys').hover();
  await entry(page, 'F5').click();
  await window.got(F5);

  await view.toolbar('vnc:send-keys').click();
  await entry(page, 'Ctrl+Foo (unknown key: Foo)').click();
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('there is no key “Foo”');
  window.close();
});

test('chords leave the desktop, and give the keys to JupyterLab and back', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const window = await XWindow.show(jupyter);
  await window.click(view);
  const sidebar = page.locator('#jp-left-stack');
  await expect(sidebar).toBeVisible();

  await runCommand(page, 'apputils:activate-command-palette');
  await page.keyboard.type('Send Keys to Desktop');
  await expect(page.locator('.lm-CommandPalette-item.lm-mod-active')).toContainText('Send Keys to Desktop');
  await page.keyboard.press('Enter');
  await page.locator('.jp-Dialog input').fill('Ctrl+Shift+Y');
  await saveScreenshot(page, 'keys-dialog');
  await dialogButton(page, 'Send').click();
  await window.got(CTRL, SHIFT, Y);

  // The keyboard operates the menu, too.
  await view.toolbar('vnc:send-keys').focus();
  await page.keyboard.press('Enter');
  await expect(entry(page, 'Ctrl+Alt+Del')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.jp-Desktop-toolbar:focus-within')).toHaveCount(1);
  await view.toolbar('vnc:send-keys').focus();
  await page.keyboard.press('Enter');
  await expect(entry(page, 'Ctrl+Alt+Del')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await window.got(CTRL, W);

  await page.keyboard.press('Control+Alt+Shift+KeyL');
  await expect(page.locator('.jp-Desktop-toolbar:focus-within')).toHaveCount(1);
  await window.click(view);
  await page.keyboard.press('Control+Alt+Shift+KeyK');
  await expect(view.node).toHaveClass(/jp-mod-keysElsewhere/);
  await saveScreenshot(page, 'keys-elsewhere');
  await page.keyboard.press('Control+b');
  await expect(sidebar).toBeHidden();
  await page.keyboard.press('Control+b');
  await expect(sidebar).toBeVisible();
  await page.keyboard.press('Control+Alt+Shift+KeyK');
  await page.keyboard.press('Control+b');
  await window.got(CTRL, 'b'.charCodeAt(0));
  await expect(sidebar).toBeVisible();
  window.close();
});

test('the browser asks before it closes JupyterLab while the desktop has the keyboard', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await view.canvas.click();
  expect(await asksOnClose(page)).toBe(true);
  await page.keyboard.press('Control+Alt+Shift+KeyL');
  expect(await asksOnClose(page)).toBe(false);
});

test('the bar of the page sends keys, and stores whether the browser asks', async ({ page, context }) => {
  await page.goto(jupyter.url('desktops/'));
  const view = new DesktopView(page);
  await view.live();
  await sessionUp(jupyter);
  const window = await XWindow.show(jupyter);
  await window.click(view);
  await page.keyboard.press('Control+Alt+Shift+KeyL');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Send Keys' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Ctrl+W' })).toBeFocused();
  await saveScreenshot(page, 'keys-page');
  await page.keyboard.press('Enter');
  await window.got(CTRL, W);
  window.close();

  expect(await asksOnClose(page)).toBe(true);
  await page.locator('.jp-Desktop-bar').hover({ position: { x: 20, y: 30 } });
  await page.getByRole('button', { name: 'Settings' }).click();
  await saveScreenshot(page, 'keys-page-settings');
  await page.getByRole('menuitem', { name: 'Settings…' }).click();
  await page.getByLabel('Ask before closing the page').uncheck();
  await page.keyboard.press('Escape');
  const other = await context.newPage();
  await other.goto(jupyter.url('desktops/'));
  const otherView = new DesktopView(other);
  await otherView.live();
  await otherView.canvas.click();
  expect(await asksOnClose(other)).toBe(false);
  expect(await asksOnClose(page)).toBe(false);
});
