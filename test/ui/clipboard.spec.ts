import { spawn, spawnSync } from 'node:child_process';
import { DesktopView, expect, saveScreenshot, test } from './lab';
import { GtkField } from './gtkfield';
import { jupyterForFile } from './jupyter';
import { pixel } from './pixels';
import { Relay } from './relay';

import type { Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

const MIDDLE = { x: 400, y: 300 };

/** RFB's type of a message (RFC 6143, 7.6.4). */
const SERVER_CUT_TEXT = 3;

/** Opens the plain page with an empty GTK field on the desktop, which has the focus. */
async function openField(page: Page, url = jupyter.url('desktops/')): Promise<{ view: DesktopView; field: GtkField }> {
  await page.goto(url);
  const view = new DesktopView(page);
  await view.live();
  const field = await GtkField.show(jupyter);
  await view.canvas.click({ position: MIDDLE });
  return { view, field };
}

/** Copies a text in the browser. */
async function copy(page: Page, text: string): Promise<void> {
  await page.evaluate(copied => navigator.clipboard.writeText(copied), text);
}

function copyOnDesktop(text: string, env: NodeJS.ProcessEnv): void {
  spawn('xclip', ['-i', '-selection', 'clipboard'], { env, stdio: ['pipe', 'ignore', 'ignore'] }).stdin.end(text);
}

/** The types of the RFB messages that a page receives, each in a frame of its own. */
function receivedTypes(page: Page): number[] {
  const types: number[] = [];
  page.on('websocket', socket =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload !== 'string' && payload.length > 0) {
        types.push(payload[0]);
      }
    })
  );
  return types;
}

async function desktopEnvironment(): Promise<NodeJS.ProcessEnv> {
  const { display, xauthority } = (await jupyter.model('default'))!;
  return { ...process.env, DISPLAY: display, XAUTHORITY: xauthority };
}

test('a key pastes the newest text over a link with a round trip', async ({ page, context }) => {
  const { port } = new URL(jupyter.url('lab'));
  const relay = await Relay.to(Number(port), 25);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { field } = await openField(page, relay.through(jupyter.url('desktops/')));
  let expected = '';
  for (let turn = 0; turn < 6; turn++) {
    const text = `text ${turn}; `;
    await copy(page, text);
    await page.keyboard.press('Control+v');
    expected += text;
    await field.has(expected);
  }
  relay.close();
});

test('menus, Shift+Insert and the middle button paste it, too', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { view, field } = await openField(page);
  await copy(page, 'one ');
  await page.keyboard.press('Shift+Insert');
  await field.has('one ');
  await copy(page, 'two ');
  await view.canvas.click({ position: MIDDLE, button: 'right' });
  await expect.poll(() => pixel(view.canvas, MIDDLE.x + 20, MIDDLE.y + 20)).not.toBe('#ffffff'); // the menu
  await page.keyboard.press('p');
  await field.has('one two ');
  await copy(page, 'three ');
  await page.keyboard.press('End');
  await view.canvas.click({ position: MIDDLE, button: 'middle' });
  await field.has('one two three ');
});

test('without permission to read the clipboard, keys paste all the same', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-write']);
  const { field } = await openField(page);
  const denied = () => {
    navigator.clipboard.readText = () => Promise.reject(new DOMException('denied', 'NotAllowedError'));
  };
  await page.evaluate(denied);
  await copy(page, 'by the paste event');
  await page.keyboard.press('Control+v');
  await field.has('by the paste event');
});

test('composed text arrives once', async ({ page, context }) => {
  const { field } = await openField(page);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 });
  await cdp.send('Input.insertText', { text: '你好' });
  await field.has('你好');
  await cdp.send('Input.insertText', { text: '🙂é' });
  await field.has('你好🙂é');
  await page.keyboard.type(' ok');
  await field.has('你好🙂é ok');
  await saveScreenshot(page, 'composed');
});

test('Cmd is Ctrl on a Mac', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' });
  });
  const { field } = await openField(page);
  await page.keyboard.type('word');
  await page.keyboard.press('Meta+a');
  await page.keyboard.press('Meta+x');
  await field.has('');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('word');
  await page.keyboard.press('Meta+v');
  await field.has('word');
});

test('the accent that macOS puts in the place of a held letter arrives', async ({ page, context }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' });
  });
  await page.addInitScript(() => localStorage.setItem('jupyter-vnc-proxy:settings', '{"holdForAccents": true}'));
  const { field } = await openField(page);
  await page.keyboard.type('caf');
  await page.keyboard.down('e');
  // macOS inserts no letter more while it shows the accents.
  const cdp = await context.newCDPSession(page);
  const repeated = { key: 'e', code: 'KeyE', windowsVirtualKeyCode: 69, autoRepeat: true };
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...repeated });
  await page.keyboard.up('e');
  await field.has('cafe');
  // As an input method replaces what it has inserted; the digit that has chosen it follows.
  const place = { selectionStart: 1, selectionEnd: 1, replacementStart: 0, replacementEnd: 1 };
  await cdp.send('Input.imeSetComposition', { text: 'é', ...place });
  await cdp.send('Input.insertText', { text: 'é' });
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: '2', code: 'Digit2', windowsVirtualKeyCode: 50 });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: '2', code: 'Digit2', windowsVirtualKeyCode: 50 });
  await page.keyboard.type(' noir 2');
  await field.has('café noir 2');
  await saveScreenshot(page, 'accents');
});

test('text that the desktop copies while the panel has no focus is there as soon as it has', async ({
  page,
  context
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const messages = receivedTypes(page);
  const { view } = await openField(page);
  const read = () => page.evaluate(() => navigator.clipboard.readText());
  await copy(page, 'older');
  await view.canvas.hover();
  const env = await desktopEnvironment();
  const pasted = () => spawnSync('xclip', ['-o', '-selection', 'clipboard'], { env }).stdout.toString();
  await view.canvas.click({ position: MIDDLE });
  await expect.poll(pasted).toBe('older');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  messages.length = 0;
  copyOnDesktop('newer', env);
  await expect.poll(pasted).toBe('newer');
  // The page knows of it, and the browser's clipboard stays as it is.
  await expect.poll(() => messages.includes(SERVER_CUT_TEXT)).toBe(true);
  expect(await read()).toBe('older');
  await view.canvas.click({ position: MIDDLE });
  await expect.poll(read).toBe('newer');
});
