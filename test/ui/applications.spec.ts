import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import {
  DesktopView,
  dialogButton,
  expect,
  openLab,
  runCommand,
  saveScreenshot,
  sessionUp,
  test,
  tile as desktopTile
} from './lab';
import { jupyterForFile, PYTHON } from './jupyter';
import { START_TIMEOUT_MS, TEST_TIMEOUT_MS } from './timing';
import { outputOf } from './xclient';

import type { Locator, Page } from '@playwright/test';

const jupyter = jupyterForFile({
  config: { VncProxy: { session_command: ['openbox'], application_deny: ['denied', 'x11vnc'] } }
});

test.describe.configure({ timeout: START_TIMEOUT_MS + TEST_TIMEOUT_MS });

/** Windows as [title, area of the program's part, area with decorations], in the order in which they were opened. */
type Shown = [title: string, area: number[], frame: number[]];

const WINDOWS = `
import json, os
from pathlib import Path
from jupyter_vnc_proxy.system.x_clients.windows import Windows
windows = Windows(os.environ["DISPLAY"], Path(os.environ["XAUTHORITY"]))
`;
const CLOSE_WINDOW = `${WINDOWS}
windows.request_close(windows.all()[0].id)
`;
const LIST_WINDOWS = `${WINDOWS}
print(json.dumps([[each.title, each.area, each.frame] for each in windows.all()]))
`;

async function windowsOf(name: string): Promise<Shown[]> {
  return JSON.parse((await outputOf(jupyter, [PYTHON, '-c', LIST_WINDOWS], name)) || '[]') as Shown[];
}

/** Waits until the first window of a desktop, whose title matches, fills it without decorations. */
async function fills(name: string, title: RegExp): Promise<void> {
  await sessionUp(jupyter, name);
  const first = async () => {
    const [shown] = await windowsOf(name);
    const [width, height] = (await jupyter.model(name))!.geometry.split('x').map(Number);
    const whole = JSON.stringify([0, 0, width, height]);
    const areas = shown?.slice(1).map(area => JSON.stringify(area));
    return shown && title.test(shown[0]) && areas.every(area => area === whole) ? 'fills it' : shown;
  };
  await expect.poll(first, { message: `${title} fills the desktop`, timeout: START_TIMEOUT_MS }).toBe('fills it');
}

/** Presses keys on a desktop, in the window that has the focus. */
async function press(name: string, keys: string): Promise<void> {
  await outputOf(jupyter, ['xdotool', 'key', '--clearmodifiers', keys], name);
}

function write(path: string, content: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Writes a desktop entry of the user. */
function entry(id: string, lines: string): string {
  const text = lines.startsWith('[') ? lines : `[Desktop Entry]\nType=Application\n${lines}\n`;
  return write(join(jupyter.home, '.local/share/applications', `${id}.desktop`), text);
}

function card(page: Page, name: string | RegExp): Locator {
  return page.locator('.jp-LauncherCard[data-category="Applications"]').filter({
    has: page.locator('.jp-LauncherCard-label', { hasText: typeof name === 'string' ? new RegExp(`^${name}$`) : name })
  });
}

/** The names of the desktops that a command line lists, for users without a server. */
async function listed(): Promise<string> {
  const { execFileSync } = await import('node:child_process');
  return execFileSync(PYTHON, ['-m', 'jupyter_vnc_proxy', 'list'], { env: jupyter.environment(), encoding: 'utf8' });
}

test.beforeEach(() => {
  rmSync(join(jupyter.home, '.local/share/applications'), { recursive: true, force: true });
  rmSync(join(jupyter.home, '.jupyter/lab/user-settings/jupyter-vnc-proxy'), { recursive: true, force: true });
});

test.afterEach(() => jupyter.removeDesktops());

const PROGRAMS = [
  { id: 'xfce4-terminal', tile: /^Xfce Terminal$/, desktop: 'xfce4-terminal', title: /Terminal/ },
  { id: 'org.xfce.mousepad', tile: /^Mousepad$/, desktop: 'mousepad', title: /Mousepad/ },
  { id: 'featherpad', tile: /^FeatherPad$/, desktop: 'featherpad', title: /FeatherPad|Untitled|^\[\d\]/i },
  { id: 'gnuplot', tile: /^Gnuplot$/, desktop: 'gnuplot', title: /./ }
];

for (const { id, tile, desktop, title } of PROGRAMS) {
  test(`the tile of ${id} opens it alone, under its name, and it ends with its window`, async ({ page }) => {
    entry('gnuplot', 'Name=Gnuplot\nExec=gnuplot\nTerminal=true\nIcon=gnuplot');
    await openLab(page, jupyter);
    await card(page, tile).click();
    const view = new DesktopView(page, { name: desktop });
    await view.live();
    await view.fitted();
    await fills(desktop, title);
    const tab = page.locator('.lm-DockPanel .lm-TabBar-tab.jp-Desktop-tab');
    await expect(tab).toHaveText(tile);
    await expect(tab.locator(`svg[data-icon="jupyter-vnc-proxy:application:${id}.desktop"]`)).toBeVisible();
    await runCommand(page, 'running:show-panel');
    const item = page.locator('#jp-running-sessions .jp-Desktop-item');
    await expect(item.locator('.jp-RunningSessions-itemLabel')).toHaveText(tile);
    await expect(item.locator(`svg[data-icon="jupyter-vnc-proxy:application:${id}.desktop"]`)).toBeVisible();
    await saveScreenshot(page, `application-${id}`);
    expect(await listed()).toContain(desktop);

    await outputOf(jupyter, [PYTHON, '-c', CLOSE_WINDOW], desktop);
    await expect(tab).toHaveCount(0);
    await expect(item).toHaveCount(0);
    expect(await jupyter.model(desktop)).toBeNull();
    expect(await listed()).not.toContain(desktop);
  });
}

test('dialogs and further windows of an application can be used', async ({ page }) => {
  await openLab(page, jupyter);
  await card(page, 'Mousepad').click();
  const view = new DesktopView(page, { name: 'mousepad' });
  await view.live();
  await fills('mousepad', /Mousepad/);
  await view.canvas.click({ position: { x: 300, y: 300 } });
  const others = async () => {
    const [first, ...rest] = await windowsOf('mousepad');
    const [, , width, height] = first[1];
    return rest.map(([, area, [x, y, wide, high]]) => ({
      fits: x >= 0 && y >= 0 && x + wide <= width && y + high <= height,
      isDecorated: high > area[3]
    }));
  };
  const usable = { fits: true, isDecorated: true };
  await press('mousepad', 'ctrl+o');
  await expect.poll(others, { message: 'the dialog' }).toEqual([usable]);
  await saveScreenshot(page, 'application-dialog');
  await press('mousepad', 'Escape');
  await expect.poll(others).toEqual([]);
  await press('mousepad', 'ctrl+shift+n');
  await expect.poll(others, { message: 'the second window' }).toEqual([usable]);
  // A click on the first leaves the second in front of it, where it can be reached.
  const [, second] = await windowsOf('mousepad');
  await view.canvas.click({ position: { x: 5, y: 300 } });
  await saveScreenshot(page, 'application-second-window');
  expect((await windowsOf('mousepad')).map(([title]) => title)).toContain(second[0]);
});

test('an application restarts as itself, and a crash is told', async ({ page }) => {
  const script = write(join(jupyter.home, 'fails'), '#!/bin/sh\necho no such device >&2\nexit 3\n');
  chmodSync(script, 0o700);
  entry('fails', `Name=Fails\nExec=${script}`);
  await openLab(page, jupyter);
  await card(page, 'Mousepad').click();
  await fills('mousepad', /Mousepad/);
  await jupyter.post('api/desktops/mousepad/restart');
  await fills('mousepad', /Mousepad/);
  expect((await jupyter.model('mousepad'))!.session).toBe('application');
  await runCommand(page, 'vnc:open-application', { id: 'fails.desktop' });
  const view = new DesktopView(page, { name: 'fails' });
  await view.phase('stopped', START_TIMEOUT_MS);
  await expect(view.status).toContainText('Fails ended without showing a window (exit status 3).');
  await expect(view.status).toContainText('no such device');
  await saveScreenshot(page, 'application-fails');
});

test('tiles are pinned and unpinned by their context menu', async ({ page }) => {
  await openLab(page, jupyter);
  const cards = page.locator('.jp-LauncherCard[data-category="Applications"] .jp-LauncherCard-label');
  await expect(cards.first()).not.toHaveText('Xfce Terminal');
  await saveScreenshot(page, 'application-tiles');
  const choose = async (name: string, command: string) => {
    await card(page, name).click({ button: 'right' });
    await page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${command}$`) }).click();
  };
  await choose('Xfce Terminal', 'Pin Application');
  await expect(cards.first()).toHaveText('Xfce Terminal');
  await choose('FeatherPad', 'Pin Application');
  await expect(cards.nth(1)).toHaveText('FeatherPad');
  await page.reload();
  await expect(cards.nth(1)).toHaveText('FeatherPad', { timeout: START_TIMEOUT_MS });
  const settings = join(jupyter.home, '.jupyter/lab/user-settings/jupyter-vnc-proxy/applications.jupyterlab-settings');
  expect(readFileSync(settings, 'utf8')).toContain('"xfce4-terminal.desktop"');
  await choose('Xfce Terminal', 'Unpin Application');
  await expect(cards.first()).toHaveText('FeatherPad');
  await page.evaluate(async () => {
    const { settings } = window.jupyterapp.serviceManager;
    await settings.save('jupyter-vnc-proxy:applications', '{"tiles": "pinned", "pinned": ["featherpad.desktop"]}');
  });
  await page.reload();
  await expect(desktopTile(page)).toBeVisible({ timeout: START_TIMEOUT_MS });
  await expect(cards).toHaveText(['FeatherPad']);
});

test('a link asks first, and opens the application with a file', async ({ page }) => {
  write(join(jupyter.root, 'a ü.txt'), 'the text of the file');
  const link = (path: string) => {
    const url = new URL(jupyter.url('lab'));
    url.searchParams.set('application', 'org.xfce.mousepad.desktop');
    url.searchParams.set('path', path);
    return url.href;
  };
  await page.goto(link('a ü.txt'));
  const dialog = page.locator('.jp-Dialog', { hasText: 'A link wants to start this program' });
  await expect(dialog).toContainText('Open "Mousepad"?', { timeout: START_TIMEOUT_MS });
  await expect(dialog).toContainText('"a ü.txt"');
  await saveScreenshot(page, 'application-link');
  await expect(page).not.toHaveURL(/application=/);
  await dialogButton(page, 'Cancel').click();
  await expect(dialog).toHaveCount(0);
  expect(await jupyter.model('mousepad')).toBeNull();

  await page.goto(link('a ü.txt'));
  await dialogButton(page, 'Open').click();
  await fills('mousepad', /a ü\.txt/);
  await saveScreenshot(page, 'application-with-file');

  await page.goto(link('../../secret.txt'));
  await dialogButton(page, 'Open').click();
  await expect(page.locator('.jp-Dialog')).toContainText('leads out of the directory that Jupyter shows');
});

test('the plain page asks first, too, and says when the application has ended', async ({ page }) => {
  write(join(jupyter.root, 'notes.txt'), 'text');
  await page.goto(`${jupyter.url('desktops/')}&application=org.xfce.mousepad.desktop&path=notes.txt`);
  const question = page.locator('.jp-Desktop-question');
  await expect(question).toContainText('Open "Mousepad"?');
  await expect(question).toContainText('"notes.txt"');
  await saveScreenshot(page, 'application-page-link');
  expect(await jupyter.model('mousepad')).toBeNull();
  await question.getByRole('button', { name: 'Open' }).click();
  const view = new DesktopView(page);
  await view.live();
  await expect(page).toHaveURL(/\?desktop=mousepad$/);
  await expect(page).toHaveTitle('Mousepad');
  await fills('mousepad', /notes\.txt/);
  await view.canvas.click({ position: { x: 300, y: 300 } });
  await press('mousepad', 'ctrl+q');
  await expect(question).toContainText('"Mousepad" has ended');
  await saveScreenshot(page, 'application-page-ended');
  await expect.poll(() => jupyter.model('mousepad')).toBeNull();
  await question.getByRole('link', { name: 'Open it again' }).click();
  await expect(question).toContainText('Open "Mousepad"?');
});

test('entries that are broken, hostile or denied do no harm', async ({ page }) => {
  const svg = write(
    join(jupyter.home, 'icon.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg" onload="parent.harmed = 1"><script>parent.harmed = 1</script></svg>'
  );
  const secret = write(join(jupyter.home, 'secret.png'), 'a secret');
  entry('markup', `Name=<img src=x onerror="window.harmed=1">\nExec=true\nIcon=${svg}`);
  entry('secret', `Name=Secret\nExec=true\nIcon=${secret}`);
  entry('denied', 'Name=Denied\nExec=true');
  entry('hidden', 'Name=Hidden\nExec=true\nNoDisplay=true');
  entry('foreign', 'Name=Foreign\nExec=true\nOnlyShowIn=KDE;');
  entry('missing', 'Name=Missing\nExec=true\nTryExec=no-such-program');
  entry('garbage', '[Desktop Entry\n\0\u0001\nName');
  entry(
    'shell',
    `Name=Shell\nExec=xterm -T "$(touch ${jupyter.home}/harm)" -hold -e echo ; touch ${jupyter.home}/harm`
  );
  entry('fifo', 'Name=Fifo\nExec=true\nIcon=/dev/zero');
  await openLab(page, jupyter);
  await expect(card(page, 'Mousepad')).toBeVisible();
  await expect(card(page, /<img src=x/)).toBeVisible();
  await expect(card(page, 'Secret')).toBeVisible();
  for (const name of ['Denied', 'Hidden', 'Foreign', 'Missing', 'X11VNC Server']) {
    await expect(card(page, name)).toHaveCount(0);
  }
  await saveScreenshot(page, 'application-hostile');
  const icon = (id: string) => page.request.get(jupyter.url(`api/vnc/applications/${id}.desktop/icon`));
  expect(await (await icon('secret')).text()).not.toContain('secret');
  expect((await icon('fifo')).ok()).toBe(true);
  expect((await icon('denied')).status()).toBe(404);
  expect((await icon('..%2fsecret')).status()).toBe(404);
  await card(page, 'Shell').click();
  await expect(page.locator('.lm-DockPanel .lm-TabBar-tab.jp-Desktop-tab')).toHaveText('Shell');
  await sessionUp(jupyter, 'shell');
  await expect.poll(async () => (await windowsOf('shell')).length).toBe(1);
  expect(await page.evaluate('window.harmed')).toBeUndefined();
  await page.goto(jupyter.url('api/vnc/applications/markup.desktop/icon'));
  await expect(page.locator('svg')).toHaveCount(1);
  expect(await page.evaluate('window.harmed')).toBeUndefined();
  expect(() => readFileSync(join(jupyter.home, 'harm'))).toThrow();
});
