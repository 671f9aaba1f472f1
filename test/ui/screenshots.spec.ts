import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DesktopView, expect, openDesktop, openLab, runCommand, saveScreenshot, sessionUp, test } from './lab';
import { jupyterForFile, PYTHON } from './jupyter';
import { outputOf, startOn, XWindow } from './xclient';

import type { Download, Locator, Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

type Area = readonly [x: number, y: number, width: number, height: number];

/** X's own pixels, as an address. */
async function pixelsOfX(): Promise<string> {
  const program = await startOn(jupyter, [PYTHON, join(__dirname, 'engines/screenshot.py')]);
  const png = Buffer.concat((await program.stdout!.toArray()) as Buffer[]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** How a picture differs from X's: in its size, or in how many pixels that are not transparent; '' if it doesn't. */
async function difference(page: Page, picture: string, wanted: string, area?: Area): Promise<string> {
  return page.evaluate(
    async ([own, ofX, part]) => {
      const load = async (url: string) => {
        const element = Object.assign(new Image(), { src: url }); // the page may not fetch such addresses
        await element.decode();
        return createImageBitmap(element);
      };
      const [image, whole] = [await load(own), await load(ofX)];
      const [x, y, width, height] = part ?? [0, 0, whole.width, whole.height];
      if (image.width !== width || image.height !== height) {
        return `${image.width}x${image.height} instead of ${width}x${height}`;
      }
      const pixels = (source: ImageBitmap, left: number, top: number) => {
        const context = new OffscreenCanvas(width, height).getContext('2d')!;
        context.drawImage(source, -left, -top);
        return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
      };
      const [one, other] = [pixels(image, 0, 0), pixels(whole, x, y)];
      const count = one.filter((value, index) => value !== 0 && value !== other[index]).length;
      return count === 0 ? '' : `${count} pixels differ`;
    },
    [picture, wanted, area] as const
  );
}

function dialog(page: Page): Locator {
  return page.getByRole('dialog', { name: /^Screenshot of/ });
}

/** The address of the picture in the dialog, once it is there. */
async function preview(page: Page): Promise<string> {
  const image = dialog(page).getByRole('img');
  await expect(image).toBeVisible();
  return (await image.getAttribute('src'))!;
}

async function choose(page: Page, label: string): Promise<void> {
  await dialog(page).getByRole('combobox').selectOption({ label });
}

/** The picture on the browser's clipboard, as an address. */
async function copied(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return URL.createObjectURL(await item.getType('image/png'));
  });
}

async function addressOf(download: Download): Promise<string> {
  return `data:image/png;base64,${readFileSync(await download.path()).toString('base64')}`;
}

/** Opens a terminal with a text, which another window then covers in part; returns X's pixels from before, and where. */
async function coverWindow(): Promise<{ before: string; frame: Area; over: XWindow }> {
  await sessionUp(jupyter);
  const command = ['-e', 'sh', '-c', 'seq 9; exec sleep 1d'];
  await startOn(jupyter, ['xterm', '+bc', '-T', 'terminal', '-geometry', '40x12+80+80', '-bg', '#204060', ...command]);
  const program = `from jupyter_vnc_proxy import Desktop
desktop = Desktop.connect("default")
desktop.activate(desktop.wait_for_window("terminal", timeout=60))
desktop.wait_still(timeout=60, ignore_pixels=0)
print(*desktop.wait_for_window("terminal").frame)
desktop.close()`;
  const frame = (await outputOf(jupyter, [PYTHON, '-c', program])).trim().split(' ').map(Number);
  const before = await pixelsOfX();
  return { before, frame: frame as unknown as Area, over: await XWindow.show(jupyter) };
}

function marker(page: Page): Locator {
  return page.getByRole('application', { name: 'Mark an area of the desktop' });
}

/** Drags over an area of the canvas, which has the desktop's size. */
async function drag(view: DesktopView, [x, y, width, height]: Area, saved = ''): Promise<void> {
  await expect(marker(view.page)).toBeFocused();
  const { x: left, y: top } = (await view.canvas.boundingBox())!;
  const { mouse } = view.page;
  await mouse.move(left + x, top + y);
  await mouse.down();
  await mouse.move(left + x + width, top + y + height, { steps: 4 });
  if (saved !== '') {
    await saveScreenshot(view.page, saved);
  }
  await mouse.up();
}

test('copies the desktop, a covered window and a marked area, in the pixels of X', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await view.fitted();
  const { before, frame, over } = await coverWindow();
  await over.seen(view);
  await view.toolbar('vnc:screenshot').click();
  const ofX = await pixelsOfX();
  expect(await difference(page, await preview(page), ofX)).toBe('');
  await saveScreenshot(page, 'screenshot-dialog');
  await dialog(page).getByRole('button', { name: 'Copy' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('The screenshot was copied.');
  expect(await difference(page, await copied(page), ofX)).toBe('');

  await view.toolbar('vnc:screenshot').click();
  await preview(page);
  await choose(page, 'terminal');
  await expect.poll(async () => difference(page, await preview(page), before, frame)).toBe('');
  await saveScreenshot(page, 'screenshot-window');
  const saved = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Download' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toMatch(/^default \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/);
  expect(await difference(page, await addressOf(download), before, frame)).toBe('');

  await view.toolbar('vnc:screenshot').click();
  await choose(page, 'an area to mark…');
  const area = [70, 90, 210, 130] as const;
  await drag(view, area, 'screenshot-area');
  expect(await difference(page, await preview(page), await pixelsOfX(), area)).toBe('');
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await expect(dialog(page)).toBeHidden();
  over.close();
});

test('marks an area with the keyboard, and Escape cancels', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await view.fitted();
  const [width, height] = (await view.size()).split('x').map(Number);
  const take = () =>
    page.evaluate(() => {
      void window.jupyterapp.commands.execute('vnc:screenshot-area');
    });
  await take();
  await expect(marker(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(marker(page)).toBeHidden();
  await expect(dialog(page)).toBeHidden();
  await take();
  await expect(marker(page)).toBeFocused();
  for (const key of [
    'ArrowRight',
    'ArrowRight',
    'ArrowDown',
    'Shift+ArrowLeft',
    'Alt+ArrowUp',
    'Alt+Shift+ArrowDown'
  ]) {
    await page.keyboard.press(key);
  }
  const size = [Math.ceil(width / 2) - 10, Math.ceil(height / 2) + 1] as const;
  await expect(marker(page).getByRole('status')).toHaveText(`${size[0]} × ${size[1]}`);
  await saveScreenshot(page, 'screenshot-keyboard');
  await page.keyboard.press('Enter');
  const area = [Math.floor(width / 4) + 10, Math.floor(height / 4) + 9, ...size] as const;
  expect(await difference(page, await preview(page), await pixelsOfX(), area)).toBe('');
});

interface INotebook {
  cells: {
    cell_type: string;
    source: string;
    attachments?: Record<string, Record<string, string>>;
    outputs?: { data: Record<string, string> }[];
  }[];
}

test('inserts a screenshot into the active cell of a notebook', async ({ page }) => {
  const path = join(jupyter.root, 'Notes.ipynb');
  const cells = ['markdown', 'code', 'raw'].map(cell_type => ({
    ...{ cell_type, id: cell_type, metadata: {}, source: cell_type === 'markdown' ? 'Seen:' : '' },
    ...(cell_type === 'code' && { outputs: [], execution_count: null })
  }));
  writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  await runCommand(page, 'docmanager:open', { path: 'Notes.ipynb', kernel: { name: 'python3' } });
  const desktop = new DesktopView(page);
  const shown = page.locator('.jp-Notebook .jp-Cell');
  await expect(shown).toHaveCount(3);
  const insert = async (cell: number) => {
    await page.locator('.lm-DockPanel .lm-TabBar-tab', { hasText: 'Notes.ipynb' }).click();
    await shown.nth(cell).click({ position: { x: 30, y: 12 } });
    await expect(shown.nth(cell)).toHaveClass(/jp-mod-active/);
    await desktop.tab.click();
    await desktop.live();
    await desktop.toolbar('vnc:screenshot').click();
    await preview(page);
    if (cell === 0) {
      await saveScreenshot(page, 'screenshot-insert');
    }
    await dialog(page).getByRole('button', { name: 'Insert into Notes.ipynb' }).click();
    await expect(dialog(page)).toBeHidden();
  };
  for (const cell of [0, 0, 1, 2]) {
    await insert(cell);
  }
  await page.locator('.lm-DockPanel .lm-TabBar-tab', { hasText: 'Notes.ipynb' }).click();
  await expect(shown).toHaveCount(4);
  await expect(shown.nth(1).locator('.jp-OutputArea img')).toBeVisible();
  await saveScreenshot(page, 'screenshot-notebook');
  await runCommand(page, 'docmanager:save');
  const saved = () => (JSON.parse(readFileSync(path, 'utf8')) as INotebook).cells;
  await expect.poll(() => saved().length).toBe(4);
  const [markdown, code, , added] = saved();
  expect([markdown.source].flat().join('')).toBe(
    'Seen:\n\n![screenshot.png](attachment:screenshot.png)\n\n![screenshot-2.png](attachment:screenshot-2.png)'
  );
  const pictures = [
    ...Object.values(markdown.attachments!),
    ...code.outputs!.map(({ data }) => data),
    ...Object.values(added.attachments!)
  ].map(data => `data:image/png;base64,${data['image/png'].replace(/\s/g, '')}`);
  expect(pictures).toHaveLength(4);
  const ofX = await pixelsOfX();
  for (const picture of pictures) {
    expect(await difference(page, picture, ofX)).toBe('');
  }
});

test('the page copies and downloads', async ({ page }) => {
  await openLab(page, jupyter);
  await page.goto(jupyter.url('desktops/'));
  const view = new DesktopView(page);
  await view.live();
  const ofX = await pixelsOfX();
  const button = view.node.locator('.jp-Desktop-bar').getByRole('button', { name: 'Screenshot…' });
  await button.focus();
  await page.keyboard.press('Enter');
  expect(await difference(page, await preview(page), ofX)).toBe('');
  await expect(dialog(page).getByRole('button', { name: /Insert/ })).toHaveCount(0);
  await saveScreenshot(page, 'screenshot-page');
  await dialog(page).getByRole('button', { name: 'Copy' }).click();
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('The screenshot was copied.');
  expect(await difference(page, await copied(page), ofX)).toBe('');
});
