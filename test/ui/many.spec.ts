import {
  DesktopView,
  dialogButton,
  dismissConnectionError,
  expect,
  saveScreenshot,
  openLab,
  runCommand,
  test
} from './lab';
import { allPainted, COLOURS, holdPolls, openSideBySide, paint, painted } from './desktops';
import { jupyterForFile } from './jupyter';
import { lives } from './processes';
import { XWindow } from './xclient';

import type { Page } from '@playwright/test';

// A window manager alone leaves the background visible.
const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test.afterEach(() => jupyter.removeDesktops());

const LAYOUT = 'lab/api/workspaces/default';

async function chooseFromFileNew(page: Page, entry: string): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^File$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: /^New$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${entry}$`) }).click();
}

test('"New Desktop…" creates desktops with the chosen options, and rejects invalid names', async ({ page }) => {
  await openLab(page, jupyter);
  const dialog = page.locator('.jp-Dialog');
  const name = dialog.getByLabel('Name');
  await chooseFromFileNew(page, 'New Desktop…');
  await expect(name).toHaveValue('desktop-1');
  await saveScreenshot(page, 'new-desktop');
  await dialogButton(page, 'Create').click();
  const first = new DesktopView(page, { name: 'desktop-1' });
  await first.live();
  expect(await jupyter.model('desktop-1')).toMatchObject({ backend: 'stream', session: 'command' });

  await chooseFromFileNew(page, 'New Desktop…');
  await expect(name).toHaveValue('desktop-2');
  await name.fill('no spaces');
  await expect(dialogButton(page, 'Create'), 'an invalid name').toBeDisabled();
  await expect(dialog.locator('.jp-Desktop-invalid').first()).toHaveText(/^Use up to 32 letters .* no spaces\.$/);
  await saveScreenshot(page, 'bad-name');
  await name.fill('desktop-1');
  await dialogButton(page, 'Create').click();
  await expect(dialog.getByRole('alert')).toContainText('desktop-1');
  await saveScreenshot(page, 'name-taken');
  await name.fill('other');
  await dialog.getByLabel('Backend').selectOption('x11vnc');
  await dialog.getByLabel('Session').selectOption('terminal');
  await dialogButton(page, 'Create').click();
  const second = new DesktopView(page, { name: 'other' });
  await second.live();
  await expect(second.tab).toHaveText('other');
  expect(await jupyter.model('other')).toMatchObject({ backend: 'x11vnc', session: 'terminal' });
  expect(await jupyter.model('no spaces')).toBeNull();
});

test('three desktops side by side are live, also after a reload, with a changed title', async ({ page }) => {
  const views = await openSideBySide(page, jupyter);
  const window = await XWindow.show(jupyter, '#e0a020', 'green');
  for (const view of Object.values(views)) {
    await expect(view.node).toBeVisible();
    await view.fitted();
  }
  await window.seen(views.green);
  await window.type(views.green, 'Here alone');
  await saveScreenshot(page, 'side-by-side');

  await views.green.choose('Rename Tab…');
  await page.locator('.jp-Dialog input').fill('Meadow');
  await saveScreenshot(page, 'rename');
  await dialogButton(page, 'Rename').click();
  views.green = new DesktopView(page, { name: 'green', title: 'Meadow' });
  await expect(views.green.tab).toHaveText('Meadow');
  const saved = async () => (await fetch(jupyter.url(LAYOUT))).text();
  await expect.poll(saved, { message: 'JupyterLab saves its layout' }).toContain('Meadow');
  for (const name of Object.keys(COLOURS)) {
    await expect.poll(saved).toContain(`desktop:${name}`);
  }

  await page.reload();
  await allPainted(views);
  await window.seen(views.green);
  await expect(views.red.tab).toHaveText('red');
  await expect(views.green.tab).toHaveText('Meadow');
  for (const view of Object.values(views)) {
    await expect(view.node).toBeVisible();
  }
  await saveScreenshot(page, 'reloaded');
  window.close();
});

test('after a restart of a killed server, all desktops are as before', async ({ page }) => {
  const views = await openSideBySide(page, jupyter);
  const window = await XWindow.show(jupyter, '#e0a020', 'green');
  await window.seen(views.green);
  const servers = jupyter.processes().filter(({ name }) => name === 'Xtigervnc');
  expect(servers).toHaveLength(3);
  await dismissConnectionError(page);
  await jupyter.kill();
  for (const view of Object.values(views)) {
    await view.phase('lost');
  }
  await saveScreenshot(page, 'all-lost');

  await jupyter.start();
  await allPainted(views);
  await window.seen(views.green);
  await window.type(views.green, 'Still here');
  expect(servers.filter(({ pid }) => lives(pid))).toEqual(servers);
  for (const name of Object.keys(COLOURS)) {
    await expect.poll(() => jupyter.model(name)).toMatchObject({ phase: 'running', clients: 1 });
  }
  window.close();
});

test('a desktop that is stopped elsewhere is shown as stopped in two panels and two browsers', async ({
  page,
  browser
}) => {
  await jupyter.post('api/desktops', { name: 'red' });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'red' });
  const first = new DesktopView(page, { name: 'red', nth: 0 });
  await first.live();
  await paint(jupyter, 'red');
  await first.choose('Open Another View');
  const second = new DesktopView(page, { name: 'red', nth: 1 });
  await second.live();
  await second.dockAt('right');
  const context = await browser.newContext();
  const otherPage = await context.newPage();
  await openLab(otherPage, jupyter);
  await runCommand(otherPage, 'vnc:open', { name: 'red' });
  const elsewhere = new DesktopView(otherPage, { name: 'red' });
  const views = [first, second, elsewhere];
  for (const view of views) {
    await view.live();
    await painted(view, COLOURS.red);
  }
  await expect.poll(() => jupyter.model('red')).toMatchObject({ clients: 3 });
  await saveScreenshot(page, 'two-views');

  const pollAgain = await holdPolls(page, otherPage);
  await jupyter.post('api/desktops/red/stop');
  for (const view of views) {
    await view.phase('stopped');
    await expect(view.tab).toHaveText('red (stopped)');
  }
  await pollAgain();
  await saveScreenshot(page, 'two-views-stopped');

  await first.button('Start').click();
  for (const view of [first, second]) {
    await view.live();
  }
  await context.close();
});
