import { DesktopView, dialogButton, expect, labVersion, saveScreenshot, runCommand, test } from './lab';
import { COLOURS, openSideBySide, painted } from './desktops';
import { jupyterForFile } from './jupyter';
import { XWindow } from './xclient';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

test('"Running" stops one of three desktops, removes it, and stops all', { tag: '@smoke' }, async ({ page }) => {
  const { red, green, blue } = await openSideBySide(page, jupyter);
  await runCommand(page, 'running:show-panel');
  const items = page.locator('#jp-running-sessions .jp-Desktop-item');
  const labels = items.locator('.jp-RunningSessions-itemLabel');
  // Before JupyterLab 4.2, all buttons have the same label.
  const isOld = /^4\.[01]\./.test(await labVersion(page));
  const stop = async (label: string, button: string) => {
    const item = items.filter({ hasText: label });
    await item.hover();
    await item.getByTitle(isOld ? 'Stop or Remove' : button, { exact: true }).click();
  };
  await expect(labels).toHaveText(['blue', 'green', 'red']);
  await expect(items.locator('.jp-RunningSessions-itemDetail').first()).toContainText('stream');
  await saveScreenshot(page, 'list');

  await stop('red', 'Stop');
  await red.phase('stopped');
  await expect(red.tab).toHaveText('red (stopped)');
  await expect(labels).toHaveText(['blue', 'green', 'red (stopped)']);
  for (const [name, view] of Object.entries({ green, blue })) {
    await expect(view.node).toHaveAttribute('data-connected', 'true');
    await painted(view, COLOURS[name]);
  }
  const window = await XWindow.show(jupyter, '#e0a020', 'green');
  await window.seen(green);
  await window.type(green, 'Going on');
  window.close();
  await saveScreenshot(page, 'list-one-stopped');

  await stop('red', 'Remove');
  await expect(labels).toHaveText(['blue', 'green']);
  await expect(red.status).toContainText('This desktop does not exist');
  await expect(red.tab).toHaveText('red (removed)');
  expect(await jupyter.model('red')).toBeNull();
  await saveScreenshot(page, 'list-one-removed');

  await page.locator('#jp-running-sessions').getByRole('button', { name: 'Stop All' }).click();
  await expect(page.locator('.jp-Dialog')).toContainText('Stop all desktops?');
  await saveScreenshot(page, 'stop-all');
  await dialogButton(page, 'Stop All').click();
  for (const view of [green, blue]) {
    await view.phase('stopped');
  }
  await expect(labels).toHaveText(['blue (stopped)', 'green (stopped)']);
  await labels.first().click();
  await expect(new DesktopView(page, { name: 'blue' }).button('Start')).toBeFocused();
  await saveScreenshot(page, 'list-all-stopped');
});
