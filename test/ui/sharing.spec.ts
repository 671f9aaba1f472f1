import { DesktopView, expect, openDesktop, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';
import { XWindow } from './xclient';

import type { Browser, Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

/** Creates a link in the owner's dialog, which stays open. */
async function createLink(page: Page, view: DesktopView, access: 'Look only' | 'Control'): Promise<string> {
  await view.toolbar('vnc:share').click();
  const dialog = page.locator('.jp-Desktop-share');
  await dialog.getByLabel('Access').selectOption(access);
  await dialog.getByRole('button', { name: 'Copy New Link' }).click();
  await expect(dialog.getByLabel('Link')).toHaveValue(/#invitation=/);
  await expect(dialog.getByRole('button', { name: 'Revoke' })).toHaveCount(1);
  return dialog.getByLabel('Link').inputValue();
}

/** Opens a link in a browser of its own, in which a user has logged in. */
async function openLink(browser: Browser, link: string): Promise<DesktopView> {
  const page = await (await browser.newContext({ viewport: { width: 700, height: 500 } })).newPage();
  await page.goto(jupyter.url('api/status'));
  await page.goto(link);
  const view = new DesktopView(page);
  await view.live();
  return view;
}

test('a look-only link shows the desktop, and nothing that its viewer does reaches it', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const size = await owner.size();
  const window = await XWindow.show(jupyter);
  await window.seen(owner);
  const guest = await openLink(browser, await createLink(page, owner, 'Look only'));
  await expect(guest.node.locator('.jp-Desktop-viewers')).toContainText('View only');
  await expect(page.locator('.jp-Desktop-share')).toContainText('Look only', { timeout: 15_000 });
  await expect(page.locator('.jp-Desktop-share').getByRole('button', { name: 'Disconnect' })).toBeVisible();
  await saveScreenshot(page, 'share-dialog');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(owner.node.locator('.jp-Desktop-viewers')).toContainText('Viewed by', { timeout: 15_000 });
  await saveScreenshot(page, 'share-banner');
  await saveScreenshot(guest.page, 'share-view-only');
  await window.ignores(guest, 'no', owner);
  expect(await owner.size(), 'a viewer does not resize the desktop').toBe(size);
  expect(new URL(guest.page.url()).hash, 'the secret does not stay in the address').toBe('');

  await owner.toolbar('vnc:share').click();
  await page.locator('.jp-Desktop-share').getByRole('button', { name: 'Revoke' }).click();
  await expect(guest.status).toContainText('Your access was withdrawn.');
  await saveScreenshot(guest.page, 'share-withdrawn');
  window.close();
  await guest.page.context().close();
  await jupyter.removeDesktops();
});

test('a control link types, until control is taken back', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const window = await XWindow.show(jupyter);
  const guest = await openLink(browser, await createLink(page, owner, 'Control'));
  await window.seen(guest);
  await window.type(guest, 'yes');
  await page.locator('.jp-Desktop-share').getByRole('button', { name: 'Take Back Control' }).click({ timeout: 15_000 });
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(guest.node).toHaveClass(/jp-mod-viewOnly/, { timeout: 20_000 });
  await guest.live();
  await window.ignores(guest, 'no', owner);
  window.close();
  await guest.page.context().close();
  await jupyter.removeDesktops();
});
