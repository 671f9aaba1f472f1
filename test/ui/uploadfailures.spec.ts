import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTHORIZER, drop, noise, UploadFolders, write } from './files';
import { jupyterForFile } from './jupyter';
import { expect, openDesktop, saveScreenshot, test } from './lab';

import type { Locator, Page } from '@playwright/test';

const { config, env } = AUTHORIZER;
const jupyter = jupyterForFile({ config: { ...config, VncProxy: { session_command: ['openbox'] } }, env });
const folders = new UploadFolders(jupyter);

/** The folder of the tree that the files are uploaded to. */
const FOLDER = 'uploads';

const DISK_BYTES = 3 * 1024 * 1024;
const MAY_MOUNT = process.getuid?.() === 0;
const NO_MOUNT = 'only root may mount a disk that is full';

test.beforeEach(() => {
  folders.clear();
  folders.uploadTo(FOLDER);
  mkdirSync(join(jupyter.root, FOLDER));
});

/** Runs `use` while the folder is a disk of its own. */
async function withDisk(options: string, use: () => Promise<void>): Promise<void> {
  const folder = join(jupyter.root, FOLDER);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  try {
    await use();
  } finally {
    execFileSync('umount', ['--lazy', folder]);
  }
}

function failed(page: Page, reason: string | RegExp): Locator {
  return page.locator('.Toastify__toast', { hasText: reason });
}

/** The requests of a page that write files. */
function recordWrites(page: Page): string[] {
  const writes: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/api/contents/') && request.method() !== 'GET') {
      writes.push(`${request.method()} ${request.url()}`);
    }
  });
  return writes;
}

test('keeps the old file when a disk gets full, and nothing of the new one', async ({ page }) => {
  test.skip(!MAY_MOUNT, NO_MOUNT);
  await withDisk(`size=${DISK_BYTES}`, async () => {
    write(join(jupyter.root, FOLDER, 'old.bin'), 'old');
    const view = await openDesktop(page, jupyter);
    await drop(view, ...['new.bin', 'old.bin'].map(name => write(folders.computer(name), noise(2 * DISK_BYTES, 1))));
    await page.locator('.jp-Dialog').getByRole('button', { name: 'Overwrite' }).click();
    await expect(failed(page, 'There is no space left on the server’s disk. 0 files were uploaded.')).toBeVisible();
    await saveScreenshot(page, 'uploadfailures-full');
    expect(folders.inTree(FOLDER)).toEqual(['old.bin']);
    expect(folders.uploaded(FOLDER, 'old.bin')).toBe('old');
  });
});

test('keeps the small files that are complete when a disk gets full, and no others', async ({ page }) => {
  test.skip(!MAY_MOUNT, NO_MOUNT);
  await withDisk(`size=${DISK_BYTES}`, async () => {
    const view = await openDesktop(page, jupyter);
    const names = Array.from({ length: 8 }, (_, index) => `${index}.bin`);
    await drop(view, ...names.map((name, index) => write(folders.computer(name), noise(0.9e6, index))));
    // Jupyter's response is another if it could not even begin to write.
    await expect(failed(page, /There is no space left|Perhaps its disk is full/)).toBeVisible();
    const kept = folders.inTree(FOLDER);
    expect(kept.length).toBeGreaterThan(0);
    await expect(failed(page, `${kept.length} file`)).toBeVisible();
    for (const name of kept) {
      expect(readFileSync(join(jupyter.root, FOLDER, name)).equals(readFileSync(folders.computer(name))), name).toBe(
        true
      );
    }
  });
});

test('sends nothing to a folder that is read-only', async ({ page }) => {
  const refuse = async (): Promise<void> => {
    const view = await openDesktop(page, jupyter);
    const writes = recordWrites(page);
    await drop(view, write(folders.computer('a.txt'), 'a'), write(folders.computer('b.bin'), noise(2e6, 3)));
    await expect(failed(page, 'The upload failed. "a.txt": The folder is read-only.')).toBeVisible();
    await saveScreenshot(page, 'uploadfailures-readonly');
    expect([writes, folders.inTree(FOLDER)]).toEqual([[], []]);
  };
  if (MAY_MOUNT) {
    await withDisk('ro', refuse);
  } else {
    chmodSync(join(jupyter.root, FOLDER), 0o500);
    await refuse();
  }
});

test('says that the user may not write', async ({ page }) => {
  folders.deny('write contents');
  const view = await openDesktop(page, jupyter);
  await drop(view, write(folders.computer('a.txt'), 'a'));
  await expect(failed(page, '"a.txt": There is no permission to write there. 0 files were uploaded.')).toBeVisible();
  expect(folders.inTree(FOLDER)).toEqual([]);
});
