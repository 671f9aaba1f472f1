import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, openDesktop, runCommand, saveScreenshot, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { START_TIMEOUT_MS, TEST_TIMEOUT_MS } from './timing';
import {
  cutWrites,
  drop,
  FileDrag,
  HOSTILE,
  holdWrite,
  noise,
  notingApplication,
  onWrite,
  UploadFolders,
  write
} from './files';
import { startOn } from './xclient';

import type { Locator, Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

/** The sizes that the slow matrix uses: 100 MB, and 2,000 files. */
const IS_SLOW = process.env.SLOW_FILES !== undefined;
const LARGE_BYTES = IS_SLOW ? 100e6 : 5e6;
const MANY_FILES = IS_SLOW ? 2000 : 120;

const UPLOAD_TIMEOUT_MS = IS_SLOW ? 240_000 : START_TIMEOUT_MS;

test.describe.configure({ timeout: UPLOAD_TIMEOUT_MS + TEST_TIMEOUT_MS });

const folders = new UploadFolders(jupyter);

test.beforeEach(() => folders.clear());

/** Closes a dialog of the file browser: Jupyter Server finds no folder from which a file goes while it is listed. */
test.beforeEach(async ({ page }) => {
  const lost = page.locator('.jp-Dialog', { hasText: 'Directory not found' });
  await page.addLocatorHandler(lost, () => lost.getByRole('button', { name: /^(Close|Dismiss|OK)$/i }).click());
});

function notice(page: Page, text: string | RegExp): Locator {
  return page.locator('.Toastify__toast', { hasText: text });
}

function dialog(page: Page): Locator {
  return page.locator('.jp-Dialog');
}

test('uploads what is dropped, with folders, whatever the names are, and reveals it', async ({ page }) => {
  HOSTILE.forEach(name => write(folders.computer('a folder', name), name));
  write(folders.computer('a folder', 'in', 'deep.txt'), 'deep');
  mkdirSync(folders.computer('a folder', 'empty'));
  for (let index = 0; index < MANY_FILES; index++) {
    write(folders.computer('many', `${index}.txt`), String(index));
  }
  write(folders.computer('none.bin'), '');
  const view = await openDesktop(page, jupyter);
  const drag = await FileDrag.over(view, ...['a folder', 'many', 'none.bin'].map(name => folders.computer(name)));
  await expect(view.node.locator('.jp-Desktop-dropHint')).toHaveText('Upload to /');
  await saveScreenshot(page, 'files-drag');
  await drag.drop();
  const done = notice(page, `${HOSTILE.length + MANY_FILES + 2} files were uploaded.`);
  await expect(done).toBeVisible({ timeout: UPLOAD_TIMEOUT_MS });
  await saveScreenshot(page, 'files-uploaded');
  // The notice goes after a while.
  await done.getByRole('button', { name: 'Reveal in File Browser' }).click();
  await expect(page.locator('.jp-FileBrowser .jp-DirListing-item', { hasText: 'two' })).toBeVisible();
  await expect(view.node.locator('.jp-Desktop-dropHint')).toBeHidden();
  expect(HOSTILE.map(name => folders.uploaded('a folder', name))).toEqual(HOSTILE);
  expect(folders.uploaded('a folder', 'in', 'deep.txt')).toBe('deep');
  expect(readdirSync(join(jupyter.root, 'a folder', 'empty'))).toEqual([]);
  expect(readdirSync(join(jupyter.root, 'many'))).toHaveLength(MANY_FILES);
  expect(folders.uploaded('none.bin')).toBe('');
});

test('asks before a file is overwritten, each or all', async ({ page }) => {
  for (const name of ['1', '2', '3', '4']) {
    write(join(jupyter.root, name), 'old');
    write(folders.computer(name), `new ${name}`);
  }
  const view = await openDesktop(page, jupyter);
  const files = ['1', '2', '3', '4'].map(name => folders.computer(name));
  await drop(view, ...files);
  await expect(dialog(page)).toContainText('"1" exists already in the folder.');
  await saveScreenshot(page, 'files-overwrite');
  await dialog(page).getByRole('button', { name: 'Skip' }).click();
  await expect(dialog(page)).toContainText('"2" exists already');
  await dialog(page).getByLabel('Also for 2 other files').check();
  await dialog(page).getByRole('button', { name: 'Overwrite' }).click();
  await expect(notice(page, '3 files were uploaded.')).toBeVisible();
  expect(['1', '2', '3', '4'].map(name => folders.uploaded(name))).toEqual(['old', 'new 2', 'new 3', 'new 4']);
  await drop(view, ...files);
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(notice(page, 'The upload was cancelled.')).toBeVisible();
  expect(folders.inTree()).toEqual(['1', '2', '3', '4']);
});

test('goes on after the connection was cut, and replaces the file when it is complete', async ({ page }) => {
  write(join(jupyter.root, 'large.bin'), 'old');
  const data = noise(LARGE_BYTES, 1);
  const view = await openDesktop(page, jupyter);
  await cutWrites(page, () => expect(folders.uploaded('large.bin')).toBe('old'));
  await drop(view, write(folders.computer('large.bin'), data));
  await dialog(page).getByRole('button', { name: 'Overwrite' }).click();
  await expect(notice(page, '1 file was uploaded.')).toBeVisible({ timeout: UPLOAD_TIMEOUT_MS });
  expect(readFileSync(join(jupyter.root, 'large.bin')).equals(data)).toBe(true);
  expect(folders.inTree()).toEqual(['large.bin']);
});

test('leaves nothing incomplete when an upload is cancelled or fails', async ({ page }) => {
  const file = write(folders.computer('large.bin'), noise(LARGE_BYTES, 2));
  const view = await openDesktop(page, jupyter);
  const { isHeld, resume } = await holdWrite(page, 3);
  await drop(view, file);
  const progress = notice(page, /^Uploading /);
  const bar = view.node.getByRole('progressbar', { name: 'Upload' });
  await expect.poll(isHeld, { message: 'the third part is sent' }).toBe(true);
  await expect.poll(() => bar.evaluate((node: HTMLProgressElement) => node.value)).toBeGreaterThan(IS_SLOW ? 0 : 0.3);
  await expect.poll(async () => (await progress.boundingBox())?.x).toBeLessThan(1000);
  await saveScreenshot(page, 'files-progress');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(notice(page, 'Cancelling the upload…')).toBeVisible();
  resume();
  await expect(notice(page, 'The upload was cancelled.')).toBeVisible();
  await expect(bar).toHaveCount(0);
  expect(folders.inTree()).toEqual([]);

  await page.unrouteAll({ behavior: 'wait' });
  await onWrite(page, async (route, number) => {
    const message = 'Unexpected error while saving file: large.bin [Errno 28] No space left on device';
    await (number === 3 ? route.fulfill({ status: 500, json: { message, reason: null } }) : route.continue());
  });
  await drop(view, file);
  const failed = notice(page, 'There is no space left on the server’s disk.');
  await expect(failed).toBeVisible();
  await expect(failed).toContainText('0 files were uploaded.');
  await saveScreenshot(page, 'files-full');
  expect(folders.inTree()).toEqual([]);
});

test('opens files of the file browser on the desktop: dropped, by the menu, and with a chosen application', async ({
  page
}) => {
  const opened = notingApplication(jupyter);
  write(join(jupyter.root, 'notes ü.txt'), 'notes');
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const { display } = (await jupyter.model())!;
  const line = `${join(jupyter.root, 'notes ü.txt')} on ${display}`;
  const item = page.locator('.jp-FileBrowser .jp-DirListing-item', { hasText: 'notes' });
  if (!(await item.isVisible())) {
    await runCommand(page, 'filebrowser:activate');
  }
  await item.hover();
  await page.mouse.down();
  const { x, y, width, height } = (await view.node.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 8 });
  await expect(view.node.locator('.jp-Desktop-dropHint')).toHaveText('Open on the desktop');
  await page.mouse.up();
  await expect.poll(opened).toEqual([line]);
  await expect(view.node.locator('.jp-Desktop-dropHint')).toBeHidden();

  await item.click({ button: 'right' });
  await saveScreenshot(page, 'files-menu');
  await page.locator('.lm-Menu-itemLabel', { hasText: /^Open on Desktop$/ }).click();
  await expect.poll(opened).toEqual([line, line]);
  await item.click({ button: 'right' });
  await page.locator('.lm-Menu-itemLabel', { hasText: 'Open on Desktop with…' }).click();
  await expect(dialog(page)).toContainText('text/plain');
  await expect(dialog(page).locator('option', { hasText: 'My Editor' })).toHaveCount(1);
  await saveScreenshot(page, 'files-open-with');
  await dialog(page).getByRole('button', { name: 'Open', exact: true }).click();
  await expect.poll(opened).toEqual([line, line, line]);
});

test('reveals the files that were copied on the desktop', async ({ page }) => {
  const file = write(join(jupyter.root, 'sub', 'copied.txt'), '');
  await openDesktop(page, jupyter);
  const list = write(join(jupyter.home, 'uris'), `file://${file}\r\n`);
  expect(existsSync(list)).toBe(true);
  await once(await startOn(jupyter, ['xclip', '-selection', 'clipboard', '-t', 'text/uri-list', list]), 'exit');
  const copied = page.locator('.jp-FileBrowser .jp-DirListing-item.jp-mod-selected', { hasText: 'copied.txt' });
  await expect
    .poll(async () => {
      await runCommand(page, 'vnc:reveal-copied-files'); // xclip claims the clipboard after its parent has ended
      return copied.count();
    })
    .toBe(1);
});
