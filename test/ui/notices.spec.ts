import { expect, openDesktop, runCommand, saveScreenshot, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { startOn } from './xclient';

import type { ChildProcess } from 'node:child_process';
import type { Locator, Page } from '@playwright/test';
import type { DesktopView } from './lab';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

const SETTINGS = 'lab/api/settings/jupyter-vnc-proxy:windows';

let programs: ChildProcess[] = [];

test.beforeEach(async () => {
  const response = await fetch(jupyter.url(SETTINGS), { method: 'PUT', body: JSON.stringify({ raw: '{}' }) });
  expect(response.status).toBe(204);
});

test.afterEach(() => {
  for (const program of programs) {
    program.kill();
  }
  programs = [];
});

/** Opens a window with a title on the desktop. */
async function openWindow(title: string, desktop = 'default'): Promise<void> {
  programs.push(await startOn(jupyter, ['xmessage', '-title', title, 'Hello'], desktop));
}

/** The settings that the user has changed. */
async function settings(): Promise<string> {
  return ((await (await fetch(jupyter.url(SETTINGS))).json()) as { raw: string }).raw;
}

/** The titles of the windows that the server knows. */
async function known(): Promise<string[]> {
  const response = await fetch(jupyter.url('api/desktops/default/new-windows'));
  return ((await response.json()) as { title: string }[]).map(({ title }) => title);
}

const toasts = (page: Page): Locator => page.locator('.Toastify__toast');

/** Opens JupyterLab beside a running desktop that no panel shows; returns where the next one will. */
async function withoutPanel(page: Page): Promise<DesktopView> {
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  await view.tab.locator('.lm-TabBar-tabCloseIcon').click();
  await expect(view.node).toHaveCount(0);
  return view;
}

test('a window that appears while the panel is closed is announced, and shown by a click', async ({ page }) => {
  const view = await withoutPanel(page);
  await openWindow('Enter passphrase');
  await expect(toasts(page)).toContainText('A window has appeared on "Desktop": Enter passphrase (Xmessage)');
  await saveScreenshot(page, 'window-notice');
  await toasts(page).getByRole('button', { name: 'Show' }).click();
  await view.live();
  await expect(view.node).toBeVisible();
  await expect(toasts(page)).toHaveCount(0);
});

test('several windows make one notice, which goes with them', async ({ page }) => {
  await withoutPanel(page);
  await openWindow('Figure 1');
  await expect(toasts(page)).toContainText('Figure 1');
  for (const title of ['Figure 2', 'Figure 3', '<b>Figure 4</b>\u202e']) {
    await openWindow(title);
  }
  await expect(toasts(page)).toContainText('4 windows have appeared on "Desktop", such as: ');
  await expect(toasts(page)).toHaveCount(1);
  await expect(toasts(page).locator('b'), 'a title is text').toHaveCount(0);
  await saveScreenshot(page, 'windows-notice');
  for (const program of programs) {
    program.kill();
  }
  await expect(toasts(page)).toHaveCount(0);
});

test('windows that a visible panel shows are not announced, and those behind another tab are', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  await openWindow('seen');
  await expect.poll(known).toContain('seen');
  await runCommand(page, 'launcher:create');
  await expect(view.node).toBeHidden();
  await openWindow('unseen');
  await expect(toasts(page), 'of the second window alone').toContainText(
    'A window has appeared on "Desktop": unseen (Xmessage)'
  );
  await view.tab.click();
  await expect(toasts(page)).toHaveCount(0);
});

test('a desktop can be muted', async ({ page }) => {
  await withoutPanel(page);
  await openWindow('first');
  await toasts(page).getByRole('button', { name: 'Mute' }).click();
  await expect(toasts(page)).toHaveCount(0);
  await expect.poll(settings).toContain('"default"');
  await openWindow('second');
  await expect.poll(known).toContain('second');
  await jupyter.post('api/desktops', { name: 'other' });
  await sessionUp(jupyter, 'other');
  await openWindow('third', 'other');
  await expect(toasts(page), 'of the other desktop alone').toContainText(
    'A window has appeared on "other": third (Xmessage)'
  );
  await expect(toasts(page)).toHaveCount(1);
});
