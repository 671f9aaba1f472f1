import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, openDesktop, runCommand, sessionUp, test } from './lab';
import { jupyterForFile, REPOSITORY } from './jupyter';
import { samples } from './pixels';

const PICTURE = join(REPOSITORY, 'docs/screenshot.png');

/** The notebook in the screenshot, whose kernel has the desktop's DISPLAY. */
const CELLS = [
  {
    cell_type: 'markdown',
    source: '# A notebook and a desktop\n\nPrograms that a notebook starts open on the desktop.'
  },
  {
    cell_type: 'code',
    source: [
      'import os, subprocess\n',
      '\n',
      'subprocess.Popen(["xfce4-terminal", "--geometry=52x13+30+250",\n',
      '                  "--title=Started by the notebook"],\n',
      '                 stderr=subprocess.DEVNULL)\n',
      'print("Look to the right:", os.environ["DISPLAY"])'
    ],
    outputs: [],
    execution_count: null
  }
].map((cell, index) => ({ id: `cell-${index}`, metadata: {}, ...cell }));

const jupyter = jupyterForFile();

/** `UPDATE_SCREENSHOT=1 scripts/test ui picture` updates the screenshot. */
test('the screenshot in the README exists', async ({ page }) => {
  if (!process.env.UPDATE_SCREENSHOT) {
    expect(existsSync(PICTURE)).toBe(true);
    return;
  }
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)' } };
  const notebook = { cells: CELLS, metadata, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(join(jupyter.root, 'Windows.ipynb'), JSON.stringify(notebook));
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  await runCommand(page, 'application:toggle-left-area');
  await runCommand(page, 'docmanager:open', { path: 'Windows.ipynb', options: { mode: 'split-left' } });
  await expect(page.locator('.jp-Notebook-ExecutionIndicator')).toHaveAttribute('data-status', 'idle');
  await view.fitted();
  const before = await samples(view.canvas);
  await runCommand(page, 'notebook:run-all-cells');
  await expect(page.locator('.jp-OutputArea-output')).toContainText('Look to the right');
  // The terminal covers a good part of the background.
  await expect
    .poll(async () => (await samples(view.canvas)).filter((colour, index) => colour !== before[index]).length)
    .toBeGreaterThan(before.length / 8);
  await view.canvas.click({ position: { x: 200, y: 400 } });
  await page.keyboard.type('echo "Hello from the browser"\n', { delay: 20 });
  await expect(view.node.locator('.jp-Desktop-hint')).toBeEmpty();
  mkdirSync(dirname(PICTURE), { recursive: true });
  await page.screenshot({ path: PICTURE });
});
