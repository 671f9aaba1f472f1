import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DesktopView, expect, openDesktop, openLab, runCommand, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';
import { activate, startOn } from './xclient';

import type { Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

const MIDDLE = { x: 400, y: 300 };

/** A picture of 90 by 60 pixels, each of another colour. */
const WIDTH = 90;
const HEIGHT = 60;

interface ILine {
  key?: string;
  picture?: boolean;
  html?: string | null;
  text?: string | null;
}

/** A program on the desktop that takes what is pasted. */
class PictureWindow {
  static async show(): Promise<PictureWindow> {
    const window = new PictureWindow();
    const argv = ['/usr/bin/python3', join(__dirname, 'gtkpicture.py'), window.file];
    const child = await startOn(jupyter, argv);
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (window._output += text));
    await expect.poll(() => window._output, { message: 'the window is shown' }).toContain('shown');
    await activate(jupyter, '--pid', String(child.pid));
    return window;
  }

  /** The file of the picture that was pasted. */
  get file(): string {
    return join(jupyter.home, 'pasted.png');
  }

  /** What was pasted. */
  get pasted(): ILine[] {
    return this._lines.filter(line => 'picture' in line);
  }

  /** The keys that were pressed. */
  get keys(): string {
    return this._lines.map(({ key = '' }) => key).join('');
  }

  private get _lines(): ILine[] {
    return this._output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as ILine);
  }

  private _output = '';
}

async function openWindow(page: Page): Promise<{ view: DesktopView; window: PictureWindow }> {
  await page.goto(jupyter.url('desktops/'));
  const view = new DesktopView(page);
  await view.live();
  const window = await PictureWindow.show();
  await view.canvas.click({ position: MIDDLE });
  return { view, window };
}

/** Draws the picture in the browser, moved by an offset, and returns it as base64. */
async function draw(page: Page, offset = 0): Promise<string> {
  return page.evaluate(
    ([width, height, shift]) => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      const context = canvas.getContext('2d')!;
      for (let x = 0; x < width; x++) {
        for (let y = 0; y < height; y++) {
          context.fillStyle = `rgb(${(x * 2 + shift) % 256}, ${y * 4}, ${x ^ y})`;
          context.fillRect(x, y, 1, 1);
        }
      }
      return canvas.toDataURL('image/png').split(',')[1];
    },
    [WIDTH, HEIGHT, offset]
  );
}

/** The pixels of a PNG, as a text to compare. */
async function pixelsOf(page: Page, encoded: string): Promise<string> {
  const pixels = await page.evaluate(async data => {
    const bytes = Uint8Array.from(atob(data), character => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    const context = canvas.getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    return `${bitmap.width}x${bitmap.height} ${pixels.join(' ')}`;
  }, encoded);
  return `${pixels.slice(0, 20)}… ${createHash('sha256').update(pixels).digest('hex')}`;
}

/** Copies in the browser, as pages do. */
async function copy(page: Page, forms: Record<string, string>): Promise<void> {
  await page.evaluate(async data => {
    const blobs = Object.entries(data).map(([type, value]) => {
      const bytes = type === 'image/png' ? Uint8Array.from(atob(value), each => each.charCodeAt(0)) : value;
      return [type, new Blob([bytes], { type })];
    });
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs) as Record<string, Blob>)]);
  }, forms);
}

/** What the browser's clipboard holds, by type. */
async function read(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const found: Record<string, string> = {};
    for (const item of await navigator.clipboard.read()) {
      for (const type of item.types) {
        const blob = await item.getType(type);
        const bytes = new Uint8Array(await blob.arrayBuffer());
        const characters = Array.from(bytes, byte => String.fromCharCode(byte)).join('');
        found[type] = type === 'image/png' ? btoa(characters) : await blob.text();
      }
    }
    return found;
  });
}

/** Copies a file on the desktop. */
async function copyOnDesktop(type: string, data: Buffer | string): Promise<void> {
  const { display, xauthority } = (await jupyter.model('default'))!;
  const env = { ...process.env, DISPLAY: display, XAUTHORITY: xauthority };
  const argv = ['-i', '-selection', 'clipboard', '-t', type];
  spawn('xclip', argv, { env, stdio: ['pipe', 'ignore', 'ignore'] }).stdin.end(data);
}

test.beforeEach(({ context }) => context.grantPermissions(['clipboard-read', 'clipboard-write']));

test('a picture that was copied in the browser is pasted on the desktop, before the keys that follow', async ({
  page
}) => {
  const { window } = await openWindow(page);
  await copy(page, { 'text/plain': 'older' });
  await page.keyboard.press('Control+v');
  await expect.poll(() => window.pasted).toEqual([{ picture: false, html: null, text: 'older' }]);
  const expected: ILine[] = [];
  for (const offset of [0, 7]) {
    expected.push({ picture: true, html: null, text: null });
    const drawn = await draw(page, offset);
    await copy(page, { 'image/png': drawn });
    await page.keyboard.press('Control+v');
    await page.keyboard.type('abc');
    await expect.poll(() => window.pasted.slice(1)).toEqual(expected);
    await expect.poll(() => window.keys).toMatch(/vabc$/);
    const pasted = readFileSync(window.file).toString('base64');
    expect(await pixelsOf(page, pasted)).toBe(await pixelsOf(page, drawn));
  }
  await saveScreenshot(page, 'picture-pasted');
});

test('HTML is pasted with its text', async ({ page }) => {
  const { window } = await openWindow(page);
  await copy(page, { 'text/plain': 'fétt', 'text/html': '<b>fétt</b>' });
  await page.keyboard.press('Control+v');
  await expect.poll(() => window.pasted).toHaveLength(1);
  const [{ picture, html, text }] = window.pasted;
  expect([picture, text]).toEqual([false, 'fétt']);
  expect(html).toMatch(/charset=utf-8.*<b.*>fétt<\/b>/s);
});

test('a picture that is not PNG is not pasted, and a sentence says so', async ({ page }) => {
  const { view, window } = await openWindow(page);
  await copy(page, { 'text/plain': 'older' });
  await page.keyboard.press('Control+v');
  await expect.poll(() => window.pasted).toHaveLength(1);
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['<svg/>'], 'x.svg', { type: 'image/svg+xml' }));
    const field = document.querySelector('.jp-Desktop-keyboard')!;
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.locator('.jp-Desktop-notice')).toContainText('neither text nor a picture');
  await saveScreenshot(page, 'picture-refused');
  await view.canvas.click({ position: MIDDLE });
  await page.keyboard.type('z');
  await expect.poll(() => window.keys).toBe('vz');
  expect(window.pasted).toHaveLength(1);
});

test('HTML that was copied on the desktop is in the browser’s clipboard, without its scripts', async ({ page }) => {
  await openWindow(page);
  await copyOnDesktop('text/html', '<b>fétt</b><script>alert(1)</script>');
  await expect.poll(async () => (await read(page))['text/html']).toMatch(/<b[^>]*>fétt<\/b>/);
  expect((await read(page))['text/html']).not.toContain('script');
});

test('a picture is sent once, and one of the desktop is not sent back', async ({ page }) => {
  const { window } = await openWindow(page);
  const sent: string[] = [];
  page.on('request', request => void (request.method() === 'PUT' && sent.push(request.url())));
  const drawn = await draw(page);
  await copy(page, { 'image/png': drawn });
  for (const count of [1, 2]) {
    await page.keyboard.press('Control+v');
    await expect.poll(() => window.pasted).toHaveLength(count);
  }
  expect(sent).toHaveLength(1);
  const other = await draw(page, 9);
  await copyOnDesktop('image/png', Buffer.from(other, 'base64'));
  const pixels = await pixelsOf(page, other);
  const copied = async () => {
    const { 'image/png': png } = await read(page);
    return png === undefined ? png : pixelsOf(page, png);
  };
  await expect.poll(copied).toBe(pixels);
  await page.keyboard.press('Control+v');
  await expect.poll(() => window.pasted).toHaveLength(3);
  expect(await pixelsOf(page, readFileSync(window.file).toString('base64'))).toBe(pixels);
  expect(sent).toHaveLength(1);
});

test('a picture that was copied on the desktop is pasted into a Markdown cell', async ({ page }) => {
  await page.goto(jupyter.url('desktops/'));
  const drawn = await draw(page);
  await openLab(page, jupyter);
  const view = await openDesktop(page, jupyter);
  await view.canvas.click({ position: MIDDLE });
  await copyOnDesktop('image/png', Buffer.from(drawn, 'base64'));
  // The desktop may still have an earlier picture.
  const pixels = await pixelsOf(page, drawn);
  const copied = async () => {
    const { 'image/png': png } = await read(page);
    return png === undefined ? png : pixelsOf(page, png);
  };
  await expect.poll(copied).toBe(pixels);

  const cell = { id: 'cell', cell_type: 'markdown', metadata: {}, source: '' };
  const path = 'pictures.ipynb';
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)' } };
  writeFileSync(join(jupyter.root, path), JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }));
  await runCommand(page, 'docmanager:open', { path });
  await expect(page.locator('.jp-Notebook-ExecutionIndicator')).toHaveAttribute('data-status', 'idle');
  const editor = page.locator('.jp-MarkdownCell');
  await editor.dblclick();
  await editor.locator('.cm-content').click();
  await page.keyboard.press('Control+v');
  await expect(editor.locator('.cm-content')).toContainText('attachment:');
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => editor.locator('img').evaluate((node: HTMLImageElement) => node.naturalWidth)).toBe(WIDTH);
  await saveScreenshot(page, 'picture-in-markdown');
});
