import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { DesktopView, expect, saveScreenshot, test, tile } from './lab';
import { jupyterForFile, PYTHON, REPOSITORY } from './jupyter';
import { START_TIMEOUT_MS } from './timing';

import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Page } from '@playwright/test';

/** How a hub and a browser write the name `a@b [1]`. */
const BASE = 'user/a@b%20%5B1%5D/';

/** A time in which a page that polls sends many requests. */
const LONG_MS = 30 * 60 * 1000;

const jupyter = jupyterForFile({
  config: {
    ServerApp: { base_url: `/${BASE}` },
    VncProxy: { session_command: ['openbox'], idle_disconnect: 10 }
  },
  base: BASE
});

let proxy: ChildProcessByStdio<Writable, Readable, null>;
let urls: Record<string, string>;

test.beforeAll(async () => {
  const cwd = join(REPOSITORY, 'test/server');
  proxy = spawn(PYTHON, ['-m', 'support.reverse_proxy', String(jupyter.port)], {
    cwd,
    env: { ...process.env, PYTHONPATH: REPOSITORY },
    stdio: ['pipe', 'pipe', 'inherit']
  });
  const [line] = (await once(proxy.stdout, 'data')) as [Buffer];
  urls = JSON.parse(line.toString()) as Record<string, string>;
});

test.afterAll(async () => {
  proxy.stdin.end();
  await once(proxy, 'exit');
});

/** Opens a page through one of the proxy's addresses, and records its requests to the REST API. */
async function openThrough(page: Page, kind: string, path: string): Promise<{ view: DesktopView; requests: string[] }> {
  const requests: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/api/desktops')) {
      requests.push(`${request.method()} ${request.url()}`);
    }
  });
  const { search } = new URL(jupyter.url(''));
  await page.goto(`${urls[kind]}${BASE}api/status${search}`);
  await page.goto(`${urls[kind]}${BASE}${path}`);
  return { view: new DesktopView(page), requests };
}

test('the page shows the desktop below any base URL, and asks nothing once nobody uses it', async ({ page }) => {
  await page.clock.install();
  const { view, requests } = await openThrough(page, 'transparent', 'desktops/');
  await view.phase('lost', START_TIMEOUT_MS);
  await expect(view.status).toContainText('Paused');
  await expect(view.status).toContainText('Click to reconnect.');
  await saveScreenshot(page, 'paused');
  const before = requests.length;
  await page.clock.runFor(LONG_MS);
  expect(requests.slice(before)).toEqual([]);
  await view.node.locator('.jp-Desktop-screen').click({ position: { x: 20, y: 20 } });
  await view.live();
});

test('a junk cookie of a longer path does not keep the page from starting the desktop', async ({ page }) => {
  const { hostname } = new URL(urls.transparent);
  for (const path of ['desktops/', 'vnc/']) {
    await page.context().addCookies([{ name: '_xsrf', value: 'junk', domain: hostname, path: `/${BASE}${path}` }]);
  }
  const { view } = await openThrough(page, 'transparent', 'vnc/');
  await view.live();
});

test('a proxy that changes the Host is named, with the setting, and nothing is retried', async ({ page }) => {
  await page.clock.install();
  const { view, requests } = await openThrough(page, 'other_host', 'desktops/');
  await view.phase('lost');
  await expect(view.status).toContainText('this page’s address is not allowed');
  await expect(view.status.locator('code')).toHaveText(
    `c.ServerApp.allow_origin = '${urls.other_host.replace(/\/$/, '')}'`
  );
  await expect(view.button('Start')).toHaveCount(0);
  await saveScreenshot(page, 'origin-refused');
  const before = requests.length;
  await page.clock.runFor(LONG_MS);
  expect(requests.slice(before)).toEqual([]);
});

test('the panel in JupyterLab names it, too', async ({ page }) => {
  const { view } = await openThrough(page, 'other_host', 'lab?reset');
  await tile(page).click({ timeout: START_TIMEOUT_MS });
  await view.phase('lost');
  await expect(view.status).toContainText('this page’s address is not allowed');
  await expect(view.status.locator('.jp-Desktop-countdown')).toHaveCount(0);
  await expect(view.tab).toHaveText('Desktop (disconnected)');
  await saveScreenshot(page, 'origin-refused-lab');
});

test('a proxy that passes no WebSockets is named, and nothing is retried', async ({ page }) => {
  await page.clock.install();
  const { view, requests } = await openThrough(page, 'no_upgrade', 'desktops/');
  await expect(view.status).toContainText('WebSockets do not get through');
  await view.phase('lost');
  await saveScreenshot(page, 'no-websocket');
  const before = requests.length;
  await page.clock.runFor(LONG_MS);
  expect(requests.slice(before)).toEqual([]);
});
