import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, openLab, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';
import { pixel } from './pixels';
import { START_TIMEOUT_MS } from './timing';

const jupyter = jupyterForFile();

test('a cell shows a desktop, live and without resizing it', async ({ page }) => {
  const start = [
    'from jupyter_vnc_proxy import Desktop',
    "made = Desktop.start('driven', backend='tigervnc', command=['xterm', '-bg', '#20a0e0', '-geometry', '60x20+0+0'],",
    "                     geometry='640x400')",
    "made.wait_for_window(application='XTerm', timeout=90)",
    '%load_ext jupyter_vnc_proxy',
    '%desktop driven'
  ].join('\n');
  await openLab(page, jupyter);
  const cell = { id: 'cell', cell_type: 'code', metadata: {}, source: start, outputs: [], execution_count: null };
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)' } };
  const notebook = JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 });
  writeFileSync(join(jupyter.root, 'driven.ipynb'), notebook);
  await page.evaluate(async () => {
    const panel = (await window.jupyterapp.commands.execute('docmanager:open', { path: 'driven.ipynb' })) as {
      sessionContext: { ready: Promise<void> };
    };
    await panel.sessionContext.ready;
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
  });
  const output = page.locator('.jp-OutputArea-output.jp-DesktopOutput');
  const canvas = output.locator('.jp-Desktop-screen canvas:not([data-kept])');
  await expect(canvas).toBeVisible({ timeout: START_TIMEOUT_MS });
  await expect.poll(() => pixel(canvas, 200, 100), { message: 'the terminal' }).toBe('#20a0e0');
  await expect
    .poll(() => canvas.evaluate(({ width, height }: HTMLCanvasElement) => `${width}x${height}`))
    .toBe('640x400');
  await canvas.click();
  const typed = join(jupyter.root, 'typed');
  await page.keyboard.type(`dd=$(pwd); touch ${typed}`); // in JupyterLab, "dd" would delete the cell
  await page.keyboard.press('Enter');
  await expect.poll(() => existsSync(typed), { message: 'keys reach the desktop' }).toBe(true);
  await saveScreenshot(page, 'desktop-in-a-cell');
  await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(1);
  expect((await jupyter.model('driven'))!.geometry).toBe('640x400');
  await jupyter.post('api/desktops/driven/stop');
  await expect(canvas).toHaveCount(0);
  await expect(output.getByRole('img', { name: 'The desktop driven' })).toBeVisible();
});
