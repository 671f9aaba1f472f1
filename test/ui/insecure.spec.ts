import { spawnSync } from 'node:child_process';
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
  // The browser's own events share the clipboard.
  const desktop = (await jupyter.model('default'))!;
  const env = { ...process.env, DISPLAY: desktop.display, XAUTHORITY: desktop.xauthority };
  await page.evaluate(() => {
    const text = document.body.appendChild(document.createElement('textarea'));
    text.value = 'from the browser';
    text.select();
    document.execCommand('copy');
    text.remove();
  });
  await view.canvas.click();
  await page.keyboard.press('Control+v');
  const pasted = () => spawnSync('xclip', ['-o', '-selection', 'clipboard'], { env }).stdout.toString();
  await expect.poll(pasted).toBe('from the browser');
  await expect(view.node.locator('.jp-Desktop-notice')).toBeHidden();

  await view.choose('Show Connection');
  const details = page.locator('.jp-Desktop-details');
  await expect(details).toContainText('sent as JPEG (Tight)');
  await saveScreenshot(page, 'connection-insecure');
  await dialogButton(page, 'Close').click();
});
