import { DesktopView, dialogButton, expect, saveScreenshot, openLab, runCommand, test } from './lab';
import { jupyterForFile } from './jupyter';

import type { Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test.afterEach(() => jupyter.removeDesktops());

/** RFB's number of quality level 0 (rfbproto, "JPEG Quality Level Pseudo-encoding"). */
const LEVEL_0 = -32;

/** Records the quality level that the page requests with SetEncodings. */
function levelsOf(page: Page): { last: number | null } {
  const seen: { last: number | null } = { last: null };
  page.on('websocket', socket => {
    if (!socket.url().includes('/rfb')) {
      return;
    }
    socket.on('framesent', ({ payload }) => {
      const bytes = Buffer.from(payload as Buffer);
      if (bytes.length < 8 || bytes[0] !== 2 || bytes.length < 4 + 4 * bytes.readUInt16BE(2)) {
        return;
      }
      for (let i = 0; i < bytes.readUInt16BE(2); i++) {
        const level = bytes.readInt32BE(4 + 4 * i) - LEVEL_0;
        if (level >= 0 && level <= 9) {
          seen.last = level;
        }
      }
    });
  });
  return seen;
}

test(
  'the quality is automatic (8 if the browser decodes 4:4:4), unless the user chooses another',
  { tag: '@smoke' },
  async ({ page }) => {
    const levels = levelsOf(page);
    await jupyter.post('api/desktops', { name: 'own', backend: 'stream' });
    await openLab(page, jupyter);
    await runCommand(page, 'vnc:open', { name: 'own' });
    const view = new DesktopView(page, { name: 'own' });
    await view.live();
    await expect.poll(() => levels.last).toBe(8);
    await view.choose('Show Connection');
    await expect(page.locator('.jp-Dialog')).toContainText('with full chroma (4:4:4)');
    await saveScreenshot(page, 'connection-stream');
    await dialogButton(page, 'Close').click();

    await runCommand(page, 'settingeditor:open', { query: 'Desktop' });
    const chooser = page.locator('.jp-SettingsPanel select[id$=qualityLevel]');
    await expect(chooser.locator('option:checked')).toHaveText('Automatic');
    await saveScreenshot(page, 'settings');
    await chooser.selectOption({ label: '3' });
    await expect.poll(() => levels.last).toBe(3);
    await chooser.selectOption({ label: 'Automatic' });
    await expect.poll(() => levels.last).toBe(8);
  }
);

test('the plain page requests the same quality', async ({ page }) => {
  const levels = levelsOf(page);
  await jupyter.post('api/desktops', { name: 'own', backend: 'stream' });
  const url = new URL(jupyter.url('desktops/'));
  url.searchParams.set('desktop', 'own');
  await page.goto(url.href);
  await new DesktopView(page).live();
  await expect.poll(() => levels.last).toBe(8);
});

test("a server without full chroma gets noVNC's default quality", async ({ page }) => {
  const levels = levelsOf(page);
  await jupyter.post('api/desktops', { name: 'other', backend: 'tigervnc' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'other' });
  await new DesktopView(page, { name: 'other' }).live();
  await expect.poll(() => levels.last).toBe(6);
});
