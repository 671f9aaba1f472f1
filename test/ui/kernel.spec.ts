import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DesktopView, expect, saveScreenshot, openDesktop, openLab, runCommand, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { pixel } from './pixels';
import { environmentOf } from './processes';

import type { Locator, Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

/** The member of JupyterLab's class that is used here. */
interface INotebookPanel {
  sessionContext: { ready: Promise<void>; session: { kernel: { restart(): Promise<void> } } };
}

/** A notebook of one cell, open and with its kernel ready. */
async function openNotebook(page: Page, name: string, source: string): Promise<Locator> {
  const cell = { id: 'cell', cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null };
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)' } };
  const path = `${name}.ipynb`;
  writeFileSync(join(jupyter.root, path), JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }));
  // A command that runs cells before the kernel is chosen makes JupyterLab ask for it.
  await page.evaluate(async given => {
    const panel = (await window.jupyterapp.commands.execute('docmanager:open', { path: given })) as INotebookPanel;
    await panel.sessionContext.ready;
  }, path);
  const notebook = page.locator('.jp-NotebookPanel', { has: page.locator('.jp-Notebook') }).last();
  await expect(notebook.locator('.jp-Notebook-ExecutionIndicator')).toHaveAttribute('data-status', 'idle');
  return notebook.locator('.jp-OutputArea-output');
}

/** Whether the server gives new kernels and terminals the display. */
async function exported(): Promise<boolean> {
  const known = new Set(jupyter.processes().map(({ pid }) => pid));
  const { name } = (await jupyter.post('api/terminals', {})) as { name: string };
  const shell = () => jupyter.processes().find(({ pid, argv }) => !known.has(pid) && /sh$/.test(argv[0]));
  await expect.poll(shell).toBeDefined();
  const { XAUTHORITY } = environmentOf(shell()!.pid);
  await fetch(jupyter.url(`api/terminals/${name}`), { method: 'DELETE' });
  return XAUTHORITY !== undefined;
}

async function chooseInKernelMenu(page: Page, entry: string): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Kernel$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${entry}$`) }).click();
}

test('kernels and terminals show their windows on the desktop', async ({ page }) => {
  await openLab(page, jupyter);
  const print = "import os; print(os.environ.get('DISPLAY'))";
  const before = await openNotebook(page, 'before', print);
  await runCommand(page, 'notebook:run-all-cells');
  await expect(before).toHaveText('None');

  await runCommand(page, 'vnc:open');
  const view = new DesktopView(page);
  await view.live();
  await sessionUp(jupyter);
  const { display, xauthority } = (await jupyter.model())!;

  await page.locator('.lm-TabBar-tabLabel', { hasText: 'before.ipynb' }).click();
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Kernel$/ }).click();
  await saveScreenshot(page, 'kernel-menu');
  await page.locator('.lm-Menu-itemLabel', { hasText: /^Show Windows on Desktop$/ }).click();
  await expect(page.locator('.Toastify__toast')).toContainText(`"Desktop" (${display})`);
  await saveScreenshot(page, 'display-set');
  await runCommand(page, 'notebook:run-all-cells');
  await expect(before, 'in the kernel that was there before').toHaveText(display);

  const xterm = "subprocess.Popen(['xterm', '-bg', '#20a0e0', '-geometry', '80x24+0+0'])";
  const after = await openNotebook(page, 'after', `${print}\nimport subprocess; window = ${xterm}`);
  await runCommand(page, 'notebook:run-all-cells');
  await expect(after, 'in a kernel that came afterwards').toHaveText(display);
  await page.locator('.lm-TabBar-tabLabel', { hasText: /^Desktop$/ }).click();
  await expect.poll(() => pixel(view.canvas, 200, 200), { message: 'the window of the kernel' }).toBe('#20a0e0');
  await saveScreenshot(page, 'kernel-window');

  const known = new Set(jupyter.processes().map(({ pid }) => pid));
  await jupyter.post('api/terminals', {});
  const shell = () => jupyter.processes().find(({ pid, argv }) => !known.has(pid) && /sh$/.test(argv[0]));
  await expect.poll(shell, { message: 'the shell of a terminal' }).toBeDefined();
  expect(environmentOf(shell()!.pid)).toMatchObject({ DISPLAY: display, XAUTHORITY: xauthority });
});

test('a notebook keeps its choice to show no windows when its kernel starts again', async ({ page }) => {
  await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const { display } = (await jupyter.model())!;
  await expect.poll(exported, { message: 'new kernels get the display' }).toBe(true);
  const output = await openNotebook(page, 'choice', "import os; print(os.environ.get('DISPLAY'))");
  await runCommand(page, 'notebook:run-all-cells');
  await expect(output).toHaveText(display);

  await chooseInKernelMenu(page, 'Show No Windows');
  await expect(page.locator('.Toastify__toast')).toContainText('The programs of this kernel will open no windows.');
  await runCommand(page, 'notebook:run-all-cells');
  await expect(output).toHaveText('None');
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Kernel$/ }).click();
  const item = page.locator('.lm-Menu-item', { hasText: 'Show No Windows' });
  await expect(item, 'a check mark').toHaveClass(/lm-mod-toggled/);
  await saveScreenshot(page, 'kernel-menu-no-windows');
  await page.keyboard.press('Escape');

  await page.evaluate(async () => {
    const panel = window.jupyterapp.shell.currentWidget as unknown as INotebookPanel;
    await panel.sessionContext.session.kernel.restart();
  });
  await runCommand(page, 'notebook:run-all-cells');
  await expect(output).toHaveText('None');

  await chooseInKernelMenu(page, 'Show Windows on Desktop');
  await expect(page.locator('.Toastify__toast').last()).toContainText(`"Desktop" (${display})`);
  await runCommand(page, 'notebook:run-all-cells');
  await expect(output).toHaveText(display);
});

test('a terminal is opened with windows on the desktop or without', async ({ page }) => {
  await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const { display, xauthority } = (await jupyter.model())!;
  for (const [entry, wanted] of [
    ['Terminal on Desktop', { DISPLAY: display, XAUTHORITY: xauthority }],
    ['Terminal without Windows', {}]
  ] as const) {
    const known = new Set(jupyter.processes().map(({ pid }) => pid));
    await page.locator('.lm-MenuBar-itemLabel', { hasText: /^File$/ }).click();
    await page.locator('.lm-Menu-itemLabel', { hasText: /^New$/ }).click();
    await page.locator('.lm-Menu-itemLabel', { hasText: entry }).click();
    const shell = () => jupyter.processes().find(({ pid, argv }) => !known.has(pid) && /sh$/.test(argv[0]));
    await expect.poll(shell, { message: 'the shell of the terminal' }).toBeDefined();
    const { DISPLAY, XAUTHORITY } = environmentOf(shell()!.pid);
    expect({ ...(DISPLAY && { DISPLAY }), ...(XAUTHORITY && { XAUTHORITY }) }).toEqual(wanted);
    await expect(page.locator('.jp-Terminal').last()).toBeVisible();
  }
});
