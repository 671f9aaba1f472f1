import { DesktopView, dialogButton, expect, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';
import config from './playwright.config';

/** A host that a browser does not treat as secure. */
const HOST = 'desk.test';

const { launchOptions = {} } = config.use ?? {};
test.use({
  launchOptions: {
    ...launchOptions,
    args: [...(launchOptions.args ?? []), `--host-resolver-rules=MAP ${HOST} 127.0.0.1`]
  }
});

const jupyter = jupyterForFile({
  config: { VncProxy: { session_command: ['openbox'] }, ServerApp: { local_hostnames: ['localhost', HOST] } }
});

test('without https, the panel and the details show what the browser does not allow', async ({ page }) => {
  const url = new URL(jupyter.url('lab'));
  url.hostname = HOST;
  await page.goto(url.href);
  expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
  await page.locator('.jp-LauncherCard', { hasText: /^Desktop$/ }).click();
  const view = new DesktopView(page);
  await view.live();
  const notice = view.node.locator('.jp-Desktop-notice');
  await expect(notice).toBeHidden();
  await view.canvas.click();
  await page.keyboard.press('Control+v');
  await expect(notice).toContainText('The clipboard is not shared');
  await saveScreenshot(page, 'no-clipboard');
  await notice.getByRole('button').click();
  await expect(notice).toBeHidden();
  await expect(view.canvas).toBeFocused();
  await page.keyboard.press('Control+v');
  await expect(notice).toBeHidden();

  await view.choose('Show Connection');
  const details = page.locator('.jp-Desktop-details');
  await expect(details).toContainText('sent as JPEG (Tight)');
  await saveScreenshot(page, 'connection-insecure');
  await dialogButton(page, 'Close').click();
});
