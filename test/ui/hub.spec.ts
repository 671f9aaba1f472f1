import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { DesktopView, expect, saveScreenshot, test, tile } from './lab';
import { PYTHON, REPOSITORY } from './jupyter';
import { lives, processesWith } from './processes';
import { START_TIMEOUT_MS, STOP_TIMEOUT_MS } from './timing';

import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Page } from '@playwright/test';

/** A hub, its proxy and a user's server start one after another. */
const START_TIMEOUT = 2 * START_TIMEOUT_MS;

interface IHub {
  url: string;
  /** The directory of the users' desktops. */
  run: string;
}

let directory: string;
let hubProcess: ChildProcessByStdio<Writable, Readable, null>;
let hub: IHub;

test.beforeAll(async () => {
  test.setTimeout(START_TIMEOUT);
  directory = mkdtempSync('/tmp/vnchub-');
  hubProcess = spawn(PYTHON, ['-m', 'support.hub', join(directory, 'hub')], {
    cwd: join(REPOSITORY, 'test/server'),
    env: { ...process.env, PYTHONPATH: REPOSITORY },
    stdio: ['pipe', 'pipe', 'inherit']
  });
  const [line] = (await once(hubProcess.stdout, 'data')) as [Buffer];
  hub = JSON.parse(line.toString()) as IHub;
});

test.afterAll(async () => {
  hubProcess.stdin.end();
  await once(hubProcess, 'exit');
  rmSync(directory, { recursive: true, force: true });
});

/** Logs in, and waits until the user's server shows JupyterLab's launcher. */
async function logIn(page: Page, user: string): Promise<void> {
  await page.goto(`${hub.url}hub/login`);
  await page.getByLabel('Username').fill(user);
  await page.getByLabel('Password').fill('x');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(tile(page)).toBeVisible({ timeout: START_TIMEOUT });
}

/** The processes of a user's servers and desktops, or those with a name. */
function processesOf(user: string, name?: string): number[] {
  return processesWith(`JUPYTER_VNC_RUNTIME_DIR=${join(hub.run, user)}`)
    .filter(process => lives(process.pid) && (name === undefined || process.name === name))
    .map(({ pid }) => pid);
}

for (const user of ['ada', 'a@b [1]']) {
  test(`${user} opens a desktop from the tile, in a window of its own, and as a page`, async ({ page, context }) => {
    test.setTimeout(2 * START_TIMEOUT);
    await logIn(page, user);
    await tile(page).click();
    const view = new DesktopView(page);
    await view.live();
    await view.fitted();
    await saveScreenshot(page, `hub-${user[1]}`);

    const opening = context.waitForEvent('page');
    await view.toolbar('vnc:pop-out').click();
    const popup = new DesktopView(await opening);
    await popup.live();
    expect(new URL(popup.page.url()).pathname).toMatch(/^\/user\/[^/]+\/desktops\/$/);

    const other = new DesktopView(await context.newPage());
    await other.page.goto(new URL('../vnc/', popup.page.url()).href);
    await other.live();
  });
}

test('a named server shows the desktop of the first server', async ({ page }) => {
  test.setTimeout(3 * START_TIMEOUT);
  await logIn(page, 'grace');
  await tile(page).click();
  const view = new DesktopView(page);
  await view.live();
  const before = processesOf('grace', 'Xtigervnc');
  expect(before).toHaveLength(1);
  await page.goto(`${hub.url}hub/spawn/grace/second`);
  await expect(page).toHaveURL(/\/user\/grace\/second\//, { timeout: START_TIMEOUT });
  // The user's layout is restored, too.
  await view.live(START_TIMEOUT);
  expect(processesOf('grace', 'Xtigervnc')).toEqual(before);
});

test('after a stop in the control panel the panel says so, and nothing is left', async ({ page, context }) => {
  test.setTimeout(2 * START_TIMEOUT);
  await logIn(page, 'emmy');
  await tile(page).click();
  const view = new DesktopView(page);
  await view.live();
  expect(processesOf('emmy').length).toBeGreaterThan(2);
  const home = await context.newPage();
  await home.goto(`${hub.url}hub/home`);
  await home.getByRole('button', { name: 'Stop My Server' }).click();
  await expect.poll(() => processesOf('emmy'), { timeout: STOP_TIMEOUT_MS }).toEqual([]);
  await view.phase('lost');
  await expect(view.status).toContainText('The Jupyter server is not running. Start it on the hub.');
  await saveScreenshot(page, 'hub-stopped');
});
