import { DesktopView, expect, saveScreenshot, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { colours } from './pixels';

const jupyter = jupyterForFile({ app: 'notebook' });

test('the menus of Notebook open the desktop in a browser tab', { tag: '@smoke' }, async ({ page, context }) => {
  await page.goto(jupyter.url('tree'));
  await page.locator('.jp-FileBrowser-toolbar').getByText('New', { exact: true }).click();
  await expect(page.locator('.lm-Menu-itemLabel', { hasText: /^Desktop$/ })).toBeVisible();
  await saveScreenshot(page, 'notebook-new');
  await page.keyboard.press('Escape');

  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^File$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: /^New$/ }).click();
  const opening = context.waitForEvent('page');
  await page.locator('.lm-Menu-itemLabel', { hasText: /^Desktop$/ }).click();
  const view = new DesktopView(await opening);
  await view.live();
  expect(new URL(view.page.url()).pathname).toBe('/desktops/');
  await sessionUp(jupyter);
  await expect.poll(() => colours(view.canvas)).toBeGreaterThan(3);
  await expect(view.page).toHaveTitle('Desktop');
  await saveScreenshot(view.page, 'page');
});
