import {
  DesktopView,
  dialogButton,
  expect,
  labVersion,
  openDesktop,
  openLab,
  runCommand,
  saveScreenshot,
  test,
  tile
} from './lab';
import { expectAccessible, focused } from './accessibility';
import { jupyterForFile } from './jupyter';

import type { Page } from '@playwright/test';

const jupyter = jupyterForFile({
  config: { VncProxy: { backend: 'tigervnc', session_command: ['openbox'], cull_idle_timeout: 3600 } }
});

test.afterEach(() => jupyter.removeDesktops());

const THEMES = ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast'];

/** Press a key until the focus is on an element whose name contains a text. */
async function pressUntil(page: Page, key: string, name: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.keyboard.press(key);
        return focused(page);
      },
      { message: `${key} leads to ${name}`, intervals: [50] }
    )
    .toContain(name);
}

for (const theme of THEMES) {
  test(`axe finds nothing serious in JupyterLab's panel, log and dialogs: ${theme}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const view = await openDesktop(page, jupyter);
    if (theme.endsWith('High Contrast')) {
      const id = '@jupyterlab/theme-dark-high-contrast-extension:plugin';
      const exists = await page.evaluate(plugin => window.jupyterapp.hasPlugin(plugin), id);
      test.skip(!exists, 'this JupyterLab has no such theme');
    }
    await runCommand(page, 'apputils:change-theme', { theme });
    await expect(page.locator('body')).toHaveAttribute('data-jp-theme-name', theme);
    const name = theme.replaceAll(' ', '-').toLowerCase();
    await view.node.evaluate(node => {
      // Both cover a part of the desktop; they come with other viewers, and before a stop.
      node.querySelector<HTMLElement>('.jp-Desktop-warning')!.hidden = false;
      node.querySelector<HTMLElement>('.jp-Desktop-viewers')!.hidden = false;
      node.querySelector('.jp-Desktop-warning span')!.textContent = 'This desktop stops at 12:00 because it is idle.';
      node.querySelector('.jp-Desktop-viewers span')!.textContent = 'Ada is viewing this desktop.';
    });
    await expectAccessible(page, '.jp-Desktop', '.jp-Desktop-toolbar');
    await saveScreenshot(page, `${name}-live`);

    for (const [command, title] of [
      ['vnc:new', 'New Desktop'],
      ['vnc:share', 'Share Desktop'],
      ['vnc:show-details', 'Connection'],
      ['vnc:stop', 'Stop "Desktop"?']
    ]) {
      void runCommand(page, command);
      await expect(page.getByRole('dialog', { name: title })).toBeVisible();
      await expectAccessible(page, '.jp-Dialog');
      await saveScreenshot(page, `${name}-${command.slice(4)}`);
      await page.keyboard.press('Escape');
      await expect(page.locator('.jp-Dialog')).toHaveCount(0);
    }

    await runCommand(page, 'vnc:show-log');
    await expectAccessible(page, '.jp-Desktop-logView', '.jp-Desktop-processes');
    await runCommand(page, 'running:show-panel');
    await expectAccessible(page, '.jp-Desktop-item');

    await jupyter.post('api/desktops/default/stop');
    await view.phase('stopped');
    await expectAccessible(page, '.jp-Desktop', '.jp-Desktop-item');
    await saveScreenshot(page, `${name}-stopped`);
  });
}

test('axe finds nothing serious on a panel that has failed', async ({ page }) => {
  await openLab(page, jupyter);
  await page.route('**/api/desktops/default*', route =>
    route.fulfill({
      status: 507,
      json: {
        code: 'disk-full',
        message: 'There is no space left on the disk.',
        fix: 'df -h ~ /tmp',
        part: 'session',
        log: ['cat: write error: No space left on device']
      }
    })
  );
  await page.route('**/api/desktops/default/start', route =>
    route.fulfill({ status: 507, json: { code: 'disk-full', message: 'There is no space left.', fix: 'df -h ~ /tmp' } })
  );
  await tile(page).click();
  const view = new DesktopView(page);
  await view.phase('failed');
  await expectAccessible(page, '.jp-Desktop', '.jp-Desktop-toolbar');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on the plain page: ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(jupyter.url('desktops/'));
    const view = new DesktopView(page);
    await view.live();
    await page.keyboard.press('Control+Alt+Shift+L');
    await expectAccessible(page, 'html');
    await page.getByRole('button', { name: 'Settings' }).click();
    await expectAccessible(page, 'html');
    await saveScreenshot(page, `page-${colorScheme}`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Share…' }).click();
    await expect(page.getByRole('dialog', { name: 'Share Desktop' })).toBeVisible();
    await expectAccessible(page, 'html');
    await page.keyboard.press('Escape');
    await jupyter.post('api/desktops/default/stop');
    await view.phase('stopped');
    await expectAccessible(page, 'html');
  });
}

test('the keyboard alone opens a desktop, leaves it, and uses its toolbar, menu and dialog', async ({ page }) => {
  await openLab(page, jupyter);
  await tile(page).focus();
  await page.keyboard.press('Enter');
  const view = new DesktopView(page);
  await view.live();
  await expect.poll(() => focused(page)).toContain('Keyboard of the desktop');

  await page.keyboard.press('Control+Alt+Shift+L');
  await expect.poll(() => focused(page)).toContain('full screen');
  // Each button of JupyterLab 4.0's toolbars is a tab stop.
  const next = (await labVersion(page)).startsWith('4.0.') ? 'Tab' : 'ArrowRight';
  await pressUntil(page, next, 'Send keys');
  await page.keyboard.press('Enter');
  const menu = page.locator('.lm-Menu');
  await expect(menu).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(menu.locator('.lm-mod-active')).toHaveText(/Ctrl\+Alt\+Del/);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect.poll(() => focused(page)).toContain('Send keys');

  await pressUntil(page, next, 'Let others see');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Share Desktop' });
  await expect(dialog).toBeVisible();
  await pressUntil(page, 'Tab', 'Create Link');
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Link', { exact: true })).toBeFocused();
  await pressUntil(page, 'Tab', 'Close');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(dialogButton(page, 'Close')).toHaveCount(0);
});

test('a status is announced, its countdown and log are not, and it stands still if motion is reduced', async ({
  page
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await openLab(page, jupyter);
  await page.route('**/rfb*', route => route.abort());
  await page.routeWebSocket('**/rfb*', socket => void socket.close({ code: 1011 }));
  await tile(page).click();
  const view = new DesktopView(page);
  await expect(view.status).toHaveRole('status');
  // The steps go when the connection is lost.
  const animations = await view.status.evaluate(status =>
    [...status.querySelectorAll('[data-state="current"]')].map(step => getComputedStyle(step, '::before').animationName)
  );
  expect(animations.filter(name => name !== 'none')).toEqual([]);
  await view.phase('lost');
  await expect(view.status.locator('.jp-Desktop-countdown')).toHaveRole('timer');
  await saveScreenshot(page, 'forced-colors');
});
