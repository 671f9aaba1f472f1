import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expectAccessible } from './accessibility';
import {
  AUTHORIZER,
  cutWrites,
  drop,
  dropInVain,
  FileDrag,
  HOSTILE,
  holdWrite,
  noise,
  notingApplication,
  UploadFolders,
  write
} from './files';
import { jupyterForFile } from './jupyter';
import { DesktopView, expect, saveScreenshot, sessionUp, test } from './lab';
import { START_TIMEOUT_MS } from './timing';

import type { Browser, Locator, Page } from '@playwright/test';

const { config, env } = AUTHORIZER;
const jupyter = jupyterForFile({ config: { ...config, VncProxy: { session_command: ['openbox'] } }, env });
const folders = new UploadFolders(jupyter);

const LARGE_BYTES = 5e6;

test.beforeEach(() => folders.clear());

async function openPage(page: Page, url = jupyter.url('desktops/')): Promise<DesktopView> {
  await page.goto(url);
  const view = new DesktopView(page);
  await view.live();
  return view;
}

function hint(view: DesktopView): Locator {
  return view.node.locator('.jp-Desktop-dropHint');
}

function panel(view: DesktopView, text: string | RegExp): Locator {
  return view.node.locator('.jp-Desktop-upload', { hasText: text });
}

function question(view: DesktopView): Locator {
  return view.page.getByRole('dialog', { name: 'Overwrite the file?' });
}

/** Drags files over a desktop until it says what happens to them; browsers tell a page again and again of a drag. */
async function dragUntil(view: DesktopView, text: string, ...files: string[]): Promise<FileDrag> {
  const drag = await FileDrag.over(view, ...files);
  await expect(async () => {
    await drag.move();
    expect(await hint(view).textContent()).toBe(text);
  }).toPass();
  return drag;
}

test('uploads what is dropped, with folders, whatever the names are, and opens it', async ({ page }) => {
  const opened = notingApplication(jupyter);
  HOSTILE.forEach(name => write(folders.computer('a folder', name), name));
  write(folders.computer('a folder', 'in', 'deep.txt'), 'deep');
  mkdirSync(folders.computer('a folder', 'empty'));
  write(folders.computer('none.bin'), '');
  const view = await openPage(page);
  const files = ['a folder', 'none.bin'].map(name => folders.computer(name));
  const drag = await dragUntil(view, 'Upload to /', ...files);
  await saveScreenshot(page, 'pagefiles-drag');
  await drag.drop();
  await expect(panel(view, `${HOSTILE.length + 2} files were uploaded.`)).toBeVisible({ timeout: START_TIMEOUT_MS });
  await expectAccessible(page, 'html');
  await saveScreenshot(page, 'pagefiles-uploaded');
  await expect(hint(view)).toBeHidden();
  expect(HOSTILE.map(name => folders.uploaded('a folder', name))).toEqual(HOSTILE);
  expect(folders.uploaded('a folder', 'in', 'deep.txt')).toBe('deep');
  expect(readdirSync(join(jupyter.root, 'a folder', 'empty'))).toEqual([]);
  expect(folders.inTree()).toEqual(['a folder', 'none.bin']);

  // Into the folder that JupyterLab's setting names, from now on.
  await sessionUp(jupyter);
  folders.uploadTo('up/loads');
  const text = await dragUntil(view, 'Upload to up/loads', write(folders.computer('notes ü.txt'), 'notes'));
  await text.drop();
  const uploaded = panel(view, '1 file was uploaded.');
  await uploaded.getByRole('button', { name: 'Open on Desktop' }).click();
  const { display } = (await jupyter.model())!;
  await expect.poll(opened).toEqual([`${join(jupyter.root, 'up/loads/notes ü.txt')} on ${display}`]);
  await expect(uploaded).toHaveCount(0);
});

test('asks before a file is overwritten, each or all', async ({ page }) => {
  const names = ['1', '2', '3', '4'];
  for (const name of names) {
    write(join(jupyter.root, name), 'old');
    write(folders.computer(name), `new ${name}`);
  }
  const view = await openPage(page);
  const files = names.map(name => folders.computer(name));
  await drop(view, ...files);
  await expect(question(view)).toContainText('"1" exists already in the folder.');
  await expectAccessible(page, 'html');
  await saveScreenshot(page, 'pagefiles-overwrite');
  await question(view).getByRole('button', { name: 'Skip' }).click();
  await expect(question(view)).toContainText('"2" exists already');
  await question(view).getByLabel('Also for 2 other files').check();
  await question(view).getByRole('button', { name: 'Overwrite' }).click();
  await expect(panel(view, '3 files were uploaded.')).toBeVisible();
  expect(names.map(name => folders.uploaded(name))).toEqual(['old', 'new 2', 'new 3', 'new 4']);
  await drop(view, ...files);
  await expect(question(view)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel(view, 'The upload was cancelled.')).toBeVisible();
  expect(folders.inTree()).toEqual(names);
});

test('goes on after the connection was cut, and replaces the file when it is complete', async ({ page }) => {
  write(join(jupyter.root, 'large.bin'), 'old');
  const data = noise(LARGE_BYTES, 1);
  const view = await openPage(page);
  await cutWrites(page, () => expect(folders.uploaded('large.bin')).toBe('old'));
  await drop(view, write(folders.computer('large.bin'), data));
  await question(view).getByRole('button', { name: 'Overwrite' }).click();
  await expect(panel(view, '1 file was uploaded.')).toBeVisible({ timeout: START_TIMEOUT_MS });
  expect(readFileSync(join(jupyter.root, 'large.bin')).equals(data)).toBe(true);
  expect(folders.inTree()).toEqual(['large.bin']);
});

test('leaves nothing incomplete when an upload is cancelled', async ({ page }) => {
  const view = await openPage(page);
  const { isHeld, resume } = await holdWrite(page, 3);
  await drop(view, write(folders.computer('large.bin'), noise(LARGE_BYTES, 2)));
  const bar = view.node.getByRole('progressbar', { name: 'Upload' });
  await expect.poll(isHeld, { message: 'the third part is sent' }).toBe(true);
  await expect.poll(() => bar.evaluate((node: HTMLProgressElement) => node.value)).toBeGreaterThan(0.3);
  await saveScreenshot(page, 'pagefiles-progress');
  await panel(view, /^Uploading /)
    .getByRole('button', { name: 'Cancel' })
    .click();
  await expect(panel(view, 'Cancelling the upload…')).toBeVisible();
  resume();
  await expect(panel(view, 'The upload was cancelled. 0 files were uploaded.')).toBeVisible();
  await expect(bar).toHaveCount(0);
  expect(folders.inTree()).toEqual([]);
});

test('tells users before anything is sent that they may not write', async ({ page }) => {
  folders.deny('write contents');
  const view = await openPage(page);
  const file = write(folders.computer('a.txt'), 'a');
  const drag = await dragUntil(view, 'There is no permission to write there.', file);
  await saveScreenshot(page, 'pagefiles-refused');
  await dropInVain(view, drag);
  await expect(panel(view, '')).toHaveCount(0);
  expect(folders.inTree()).toEqual([]);
});

async function openInvitation(browser: Browser): Promise<DesktopView> {
  const invitation = { rights: 'see', seconds: 600 };
  const { path } = (await jupyter.post('api/desktops/default/invitations', invitation)) as { path: string };
  return openPage(await (await browser.newContext()).newPage(), jupyter.url(path));
}

test('takes nothing from users who are invited, and stays', async ({ page, browser }) => {
  await openPage(page);
  const guest = await openInvitation(browser);
  const drag = await FileDrag.over(guest, write(folders.computer('a.txt'), 'a'));
  await expect(hint(guest)).toBeHidden();
  await dropInVain(guest, drag);
  await expect(panel(guest, '')).toHaveCount(0);
  expect(folders.inTree()).toEqual([]);
  await guest.page.context().close();
});
