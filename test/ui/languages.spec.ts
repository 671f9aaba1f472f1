import { DesktopView, expect, openDesktop, runCommand, saveScreenshot, test } from './lab';
import { expectNothingCut } from './accessibility';
import { jupyterForFile } from './jupyter';

const VncProxy = { backend: 'tigervnc', session_command: ['openbox'] };
const jupyter = jupyterForFile({ config: { VncProxy } });

/** Sets JupyterLab's language, or removes the setting. */
async function setLanguage(locale?: string): Promise<void> {
  const url = jupyter.url('lab/api/settings/@jupyterlab/translation-extension:plugin');
  const response = await fetch(url, { method: 'PUT', body: JSON.stringify({ raw: JSON.stringify({ locale }) }) });
  expect(response.status).toBe(204);
}

test.afterEach(async () => {
  await setLanguage();
  await jupyter.removeDesktops();
});

test('JupyterLab in German shows the panel, its menu, its dialogs and its settings in German', async ({ page }) => {
  await setLanguage('de_DE');
  const view = await openDesktop(page, jupyter);
  await expect(page.getByTitle('Die Verbindung zum Desktop schließen und neu aufbauen')).toBeVisible();
  await view.tab.click({ button: 'right' });
  const items = page.locator('.lm-Menu-item[data-command^="vnc:"] .lm-Menu-itemLabel');
  await expect(items.filter({ hasText: 'Teilen…' })).toBeVisible();
  await expect(items.filter({ hasText: 'In eigenem Fenster' })).toBeVisible();
  await page.keyboard.press('Escape');

  void runCommand(page, 'vnc:new');
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Neuer Desktop');
  await expect(dialog.locator('.jp-Desktop-new')).toContainText('Sitzung');
  await saveScreenshot(page, 'german-new');
  // The server's own words, too.
  await dialog.locator('input').first().fill('default');
  await dialog.locator('.jp-mod-accept').click();
  await expect(dialog).toContainText("Es gibt schon einen Desktop namens 'default'.");
  await page.keyboard.press('Escape');

  void runCommand(page, 'vnc:share');
  await expect(dialog).toContainText('Zurzeit verbunden');
  await saveScreenshot(page, 'german-share');
  await page.keyboard.press('Escape');

  await runCommand(page, 'settingeditor:open', { query: 'Desktop' });
  await expect(page.locator('.jp-SettingsPanel')).toContainText('Bildqualität');
  await saveScreenshot(page, 'german-settings');
  await jupyter.post('api/desktops/default/stop');
  await runCommand(page, 'vnc:open', { name: 'default', start: false });
  await expect(view.status).toContainText('Der Desktop ist gestoppt');
  await saveScreenshot(page, 'german-stopped');
});

test("the plain page has JupyterLab's language, or else the browser's", async ({ browser }) => {
  const german = await browser.newContext({ locale: 'de-AT' });
  const page = await german.newPage();
  await page.goto(jupyter.url('desktops/'));
  await new DesktopView(page).live();
  await expect(page.getByRole('button', { name: 'Zwischenablage senden' })).toBeAttached();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de-DE');

  await setLanguage('fr_FR');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Envoyer le presse-papiers' })).toBeAttached();
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr-FR');
  await german.close();
});

test('on a narrow page, nothing is cut in German and French', async ({ browser }) => {
  for (const locale of ['de', 'fr']) {
    const context = await browser.newContext({ locale, viewport: { width: 360, height: 640 } });
    const page = await context.newPage();
    await page.goto(jupyter.url('desktops/'));
    const view = new DesktopView(page);
    await view.live();
    await page.keyboard.press('Control+Alt+Shift+L');
    await expectNothingCut(page, page.locator('.jp-Desktop-bar'));
    await saveScreenshot(page, `narrow-bar-${locale}`);
    await page.getByRole('button', { name: /^(Teilen|Partager)…$/ }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.locator('.jp-Desktop-connections li')).not.toHaveCount(0);
    await expectNothingCut(page, dialog);
    await saveScreenshot(page, `narrow-share-${locale}`);
    await page.keyboard.press('Escape');
    await jupyter.post('api/desktops/default/stop');
    await view.phase('stopped');
    await expectNothingCut(page, view.node);
    await saveScreenshot(page, `narrow-stopped-${locale}`);
    await context.close();
  }
});

test('without the server extension, the page of jupyter-server-proxy has the same languages', async ({ browser }) => {
  await jupyter.kill();
  jupyter.configure({ VncProxy, ServerApp: { jpserver_extensions: { jupyter_vnc_proxy: false } } });
  await jupyter.start();
  const context = await browser.newContext({ locale: 'de' });
  const page = await context.newPage();
  await page.goto(jupyter.url('vnc/'));
  await expect(page.locator('html')).toHaveAttribute('lang', 'de-DE');
  await expect(page.getByRole('button', { name: 'Neu verbinden' }).first()).toBeAttached();
  await context.close();
  await jupyter.kill();
  jupyter.configure({ VncProxy });
  await jupyter.start();
});
