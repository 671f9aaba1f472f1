import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { COLOURS, paint, painted } from './desktops';
import { DesktopView, dialogButton, expect, openDesktop, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';

import type { Locator, Page } from '@playwright/test';

const VncProxy = { session_command: ['openbox'] };
const jupyter = jupyterForFile({ config: { VncProxy } });

test.afterEach(() => jupyter.removeDesktops());

/** How far a component of a colour may be from what was shown, after it was encoded. */
const TOLERANCE = 16;

function sign(view: DesktopView): Locator {
  return view.node.locator('.jp-Desktop-recording');
}

function signButton(view: DesktopView, name: string): Locator {
  return sign(view).getByRole('button', { name, exact: true });
}

/** Plays a file of Jupyter's tree in the browser; returns its length, and the colours of a corner at its start and end. */
async function play(page: Page, path: string): Promise<{ seconds: number; start: number[]; end: number[] }> {
  return page.evaluate(
    async url => {
      const video = document.createElement('video');
      const happens = (type: string) =>
        new Promise((resolve, reject) => {
          video.addEventListener(type, resolve, { once: true });
          video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
        });
      const loaded = happens('loadeddata');
      Object.assign(video, { src: url, muted: true, preload: 'auto' });
      await loaded;
      const corner = () => {
        const { videoWidth: width, videoHeight: height } = video;
        const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!;
        context.drawImage(video, 0, 0);
        return [...context.getImageData(10, height - 10, 1, 1).data.slice(0, 3)];
      };
      const start = corner();
      const sought = happens('seeked');
      video.currentTime = video.duration;
      await sought;
      return { seconds: video.duration, start, end: corner() };
    },
    jupyter.url(`files/${path}`)
  );
}

function expectColour(found: number[], colour: string): void {
  const wanted = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  const far = found.filter((value, part) => Math.abs(value - wanted[part]) > TOLERANCE);
  expect(far, `${found.join(' ')} is about ${colour}`).toEqual([]);
}

/** The length that the sign shows, in seconds. */
async function shownSeconds(view: DesktopView): Promise<number> {
  const text = await sign(view).locator('.jp-Desktop-recordingLength').innerText();
  const [, minutes, seconds] = /^(\d+):(\d\d) · \d+(\.\d)? (bytes?|kB|MB)$/.exec(text)!;
  return 60 * Number(minutes) + Number(seconds);
}

test('a recording goes through a reload and a pause, is seen by all, and can be played', async ({ page, browser }) => {
  const view = await openDesktop(page, jupyter);
  await paint(jupyter, 'default', COLOURS.red);
  await painted(view, COLOURS.red);
  await expect(sign(view)).toBeHidden();
  await view.toolbar('vnc:record').click();
  const file = page.locator('.jp-Dialog').getByLabel('File', { exact: true });
  await expect(file).toHaveValue(/^desktop-[-\d]+\.mp4$/);
  await file.fill('my film');
  await saveScreenshot(page, 'recording-dialog');
  await dialogButton(page, 'Record').click();
  await expect(sign(view)).toBeVisible();
  await expect.poll(() => shownSeconds(view)).toBeGreaterThan(0);
  await saveScreenshot(page, 'recording');

  await page.reload();
  await view.live();
  await expect(sign(view)).toContainText('Recording');
  expect(existsSync(join(jupyter.root, 'my film.mp4')), 'the file has its name once it is whole').toBe(false);

  const { path } = (await jupyter.post('api/desktops/default/invitations', { rights: 'see' })) as { path: string };
  const context = await browser.newContext({ viewport: { width: 700, height: 500 } });
  const guestPage = await context.newPage();
  await guestPage.goto(jupyter.url('api/status'));
  await guestPage.goto(new URL(path, jupyter.url('')).href);
  const guest = new DesktopView(guestPage);
  await guest.live();
  await expect(sign(guest), 'an invited user knows').toContainText('Recording');
  await expect(sign(guest).getByRole('button')).toHaveCount(0);
  await saveScreenshot(guestPage, 'recording-guest');
  await context.close();

  await signButton(view, 'Pause').click();
  await expect(sign(view)).toContainText('Recording paused');
  const before = await shownSeconds(view);
  await paint(jupyter, 'default', COLOURS.blue);
  await painted(view, COLOURS.blue);
  await saveScreenshot(page, 'recording-paused');
  await signButton(view, 'Resume').click();
  await expect(sign(view)).not.toContainText('paused');
  await expect.poll(() => shownSeconds(view)).toBeGreaterThan(before);

  await signButton(view, 'Stop Recording').click();
  const notice = page.locator('.Toastify__toast', { hasText: 'The recording is in my film.mp4' });
  await expect(notice).toHaveCount(1);
  await expect(sign(view)).toBeHidden();
  await saveScreenshot(page, 'recording-ended');
  await notice.getByRole('button', { name: 'Reveal in File Browser' }).click();
  await expect(page.locator('.jp-FileBrowser .jp-DirListing-item', { hasText: 'my film.mp4' })).toBeVisible();
  const played = await play(page, 'my film.mp4');
  expect(played.seconds).toBeGreaterThan(before);
  expectColour(played.start, COLOURS.red);
  expectColour(played.end, COLOURS.blue);
});

test('a recording goes on without its panel, and ends with the desktop', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await paint(jupyter, 'default', COLOURS.green);
  await painted(view, COLOURS.green);
  await view.toolbar('vnc:record').click();
  await page.locator('.jp-Dialog').getByLabel('Format').selectOption('WebM (VP9)');
  const path = await page.locator('.jp-Dialog').getByLabel('File', { exact: true }).inputValue();
  expect(path).toMatch(/\.webm$/);
  await dialogButton(page, 'Record').click();
  await expect(sign(view)).toBeVisible();
  await view.tab.locator('.lm-TabBar-tabCloseIcon').click();
  await expect(view.node).toHaveCount(0);
  await jupyter.post('api/desktops/default/stop');
  const notice = page.locator('.Toastify__toast', { hasText: `The recording is in ${path}` });
  await expect(notice).toContainText('The recording has ended. The desktop has stopped.');
  expectColour((await play(page, path)).end, COLOURS.green);
});

test('the plain page records, and says what is wrong with the file', async ({ page }) => {
  await jupyter.post('api/desktops', { name: 'default' });
  await page.goto(jupyter.url('desktops/'));
  const view = new DesktopView(page);
  await view.live();
  const record = view.node.locator('.jp-Desktop-bar').getByRole('button', { name: 'Record…' });
  await record.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /^Record/ });
  await dialog.getByLabel('File').fill('nowhere/film');
  await dialog.getByRole('button', { name: 'Record' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('There is no such file.');
  await dialog.getByLabel('File').fill('film');
  await saveScreenshot(page, 'recording-page-dialog');
  await dialog.getByRole('button', { name: 'Record' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(sign(view)).toBeVisible();
  await expect(record).toBeHidden();
  await saveScreenshot(page, 'recording-page');
  await signButton(view, 'Stop Recording').click();
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('The recording is in film.mp4');
  expect(readdirSync(jupyter.root)).toContain('film.mp4');
});
