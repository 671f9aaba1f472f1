import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { expect, openDesktop, runCommand, saveScreenshot, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { START_TIMEOUT_MS, TEST_TIMEOUT_MS } from './timing';
import { startOn } from './xclient';

import type { CDPSession, Locator, Page, Route } from '@playwright/test';
import type { DesktopView } from './lab';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

/** The sizes that the slow matrix uses: 100 MB, and 2,000 files. */
const IS_SLOW = process.env.SLOW_FILES !== undefined;
const LARGE_BYTES = IS_SLOW ? 100e6 : 5e6;
const MANY_FILES = IS_SLOW ? 2000 : 120;

const UPLOAD_TIMEOUT_MS = IS_SLOW ? 240_000 : START_TIMEOUT_MS;

test.describe.configure({ timeout: UPLOAD_TIMEOUT_MS + TEST_TIMEOUT_MS });

const HOSTILE = ['a b.txt', 'ü ß €.txt', 'two\nlines.txt', '-rf.txt', '%41 #?&.txt', '\'"$(x)`.txt'];

/** Files of the user's computer. */
const computer = (): string => join(jupyter.home, 'computer');

function write(path: string, content: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function large(seed: number): Buffer {
  const data = Buffer.alloc(LARGE_BYTES);
  for (let at = 0; at < data.length; at += 32) {
    createHash('sha256').update(`${seed} ${at}`).digest().copy(data, at);
  }
  return data;
}

test.beforeEach(() => {
  for (const directory of [computer(), jupyter.root]) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
  }
});

/** A drag of files from outside of the browser, as Chromium gets it from the system. */
class FileDrag {
  private constructor(
    private readonly _session: CDPSession,
    private readonly _files: string[],
    private readonly _place: { x: number; y: number }
  ) {}

  /** Drags files or folders over the middle of a desktop. */
  static async over(view: DesktopView, ...files: string[]): Promise<FileDrag> {
    // A dialog would get the drag.
    await expect(view.page.locator('.jp-Dialog')).toHaveCount(0);
    const { x, y, width, height } = (await view.node.boundingBox())!;
    const session = await view.page.context().newCDPSession(view.page);
    const drag = new FileDrag(session, files, { x: x + width / 2, y: y + height / 2 });
    await drag._send('dragEnter');
    await drag._send('dragOver');
    return drag;
  }

  async drop(): Promise<void> {
    await this._send('drop');
    await this._session.detach();
  }

  private async _send(type: 'dragEnter' | 'dragOver' | 'drop'): Promise<void> {
    const data = { items: [], files: this._files, dragOperationsMask: 1 };
    await this._session.send('Input.dispatchDragEvent', { type, ...this._place, data });
  }
}

async function drop(view: DesktopView, ...files: string[]): Promise<void> {
  await (await FileDrag.over(view, ...files)).drop();
}

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

function uploaded(...path: string[]): string {
  return readFileSync(join(jupyter.root, ...path), 'utf8');
}

/** The files and folders of the tree, without what is in them, and without the folder that Jupyter makes. */
function inTree(): string[] {
  return readdirSync(jupyter.root)
    .filter(name => name !== '.ipynb_checkpoints')
    .sort();
}

test('uploads what is dropped, with folders, whatever the names are, and reveals it', async ({ page }) => {
  HOSTILE.forEach(name => write(join(computer(), 'a folder', name), name));
  write(join(computer(), 'a folder', 'in', 'deep.txt'), 'deep');
  mkdirSync(join(computer(), 'a folder', 'empty'));
  for (let index = 0; index < MANY_FILES; index++) {
    write(join(computer(), 'many', `${index}.txt`), String(index));
  }
  write(join(computer(), 'none.bin'), '');
  const view = await openDesktop(page, jupyter);
  const drag = await FileDrag.over(view, ...['a folder', 'many', 'none.bin'].map(name => join(computer(), name)));
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
  expect(HOSTILE.map(name => uploaded('a folder', name))).toEqual(HOSTILE);
  expect(uploaded('a folder', 'in', 'deep.txt')).toBe('deep');
  expect(readdirSync(join(jupyter.root, 'a folder', 'empty'))).toEqual([]);
  expect(readdirSync(join(jupyter.root, 'many'))).toHaveLength(MANY_FILES);
  expect(uploaded('none.bin')).toBe('');
});

test('asks before a file is overwritten, each or all', async ({ page }) => {
  for (const name of ['1', '2', '3', '4']) {
    write(join(jupyter.root, name), 'old');
    write(join(computer(), name), `new ${name}`);
  }
  const view = await openDesktop(page, jupyter);
  const files = ['1', '2', '3', '4'].map(name => join(computer(), name));
  await drop(view, ...files);
  await expect(dialog(page)).toContainText('"1" exists already in the folder.');
  await saveScreenshot(page, 'files-overwrite');
  await dialog(page).getByRole('button', { name: 'Skip' }).click();
  await expect(dialog(page)).toContainText('"2" exists already');
  await dialog(page).getByLabel('Also for 2 other files').check();
  await dialog(page).getByRole('button', { name: 'Overwrite' }).click();
  await expect(notice(page, '3 files were uploaded.')).toBeVisible();
  expect(['1', '2', '3', '4'].map(name => uploaded(name))).toEqual(['old', 'new 2', 'new 3', 'new 4']);
  await drop(view, ...files);
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(notice(page, 'The upload was cancelled.')).toBeVisible();
  expect(inTree()).toEqual(['1', '2', '3', '4']);
});

/** Calls `handle` for each request that writes a file, with its number from 1. */
async function onWrite(page: Page, handle: (route: Route, number: number) => Promise<void>): Promise<void> {
  let count = 0;
  await page.route('**/api/contents/**', route =>
    route.request().method() === 'PUT' ? handle(route, ++count) : route.fallback()
  );
}

test('goes on after the connection was cut, and replaces the file when it is complete', async ({ page }) => {
  write(join(jupyter.root, 'large.bin'), 'old');
  const data = large(1);
  const view = await openDesktop(page, jupyter);
  await onWrite(page, async (route, number) => {
    if (number === 2) {
      await route.abort('connectionreset'); // before it reached the server
    } else if (number === 4) {
      await route.fetch(); // after that
      await route.abort('connectionreset');
    } else {
      expect(uploaded('large.bin')).toBe('old');
      await route.continue();
    }
  });
  await drop(view, write(join(computer(), 'large.bin'), data));
  await dialog(page).getByRole('button', { name: 'Overwrite' }).click();
  await expect(notice(page, '1 file was uploaded.')).toBeVisible({ timeout: UPLOAD_TIMEOUT_MS });
  expect(readFileSync(join(jupyter.root, 'large.bin')).equals(data)).toBe(true);
  expect(inTree()).toEqual(['large.bin']);
});

test('leaves nothing incomplete when an upload is cancelled or fails', async ({ page }) => {
  const file = write(join(computer(), 'large.bin'), large(2));
  const view = await openDesktop(page, jupyter);
  let isHeld = false;
  let resume = () => undefined as void;
  await onWrite(page, async (route, number) => {
    if (number === 3) {
      isHeld = true;
      await new Promise<void>(resolve => (resume = resolve));
    }
    await route.continue();
  });
  await drop(view, file);
  const progress = notice(page, /^Uploading /);
  const bar = view.node.getByRole('progressbar', { name: 'Upload' });
  await expect.poll(() => isHeld, { message: 'the third part is sent' }).toBe(true);
  await expect.poll(() => bar.evaluate((node: HTMLProgressElement) => node.value)).toBeGreaterThan(IS_SLOW ? 0 : 0.3);
  await expect.poll(async () => (await progress.boundingBox())?.x).toBeLessThan(1000);
  await saveScreenshot(page, 'files-progress');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(notice(page, 'Cancelling the upload…')).toBeVisible();
  resume();
  await expect(notice(page, 'The upload was cancelled.')).toBeVisible();
  await expect(bar).toHaveCount(0);
  expect(inTree()).toEqual([]);

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
  expect(inTree()).toEqual([]);
});

/** Makes an application for text files that notes what it opens; returns what it has noted. */
function application(): () => string[] {
  const data = join(jupyter.home, '.local', 'share', 'applications');
  const log = write(join(jupyter.home, 'opened'), '');
  const script = write(join(jupyter.home, 'editor'), `#!/bin/sh\nprintf '%s\\n' "$1 on $DISPLAY" >>'${log}'\n`);
  chmodSync(script, 0o700);
  const entry = `[Desktop Entry]\nType=Application\nName=My Editor\nExec=${script} %f\nMimeType=text/plain;\n`;
  write(join(data, 'editor.desktop'), entry);
  write(join(data, 'mimeapps.list'), '[Default Applications]\ntext/plain=editor.desktop\n');
  return () => readFileSync(log, 'utf8').split('\n').slice(0, -1);
}

test('opens files of the file browser on the desktop: dropped, by the menu, and with a chosen application', async ({
  page
}) => {
  const opened = application();
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
