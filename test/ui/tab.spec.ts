import { countSockets, DesktopView, dialogButton, expect, saveScreenshot, openLab, runCommand, test } from './lab';
import { COLOURS, paint, painted } from './desktops';
import { jupyterForFile } from './jupyter';
import { lives } from './processes';

import type { Page } from '@playwright/test';

const jupyter = jupyterForFile({
  config: {
    VncProxy: { backend: 'tigervnc', session_command: ['sh', '-c', 'echo "The session says this."; exec openbox'] }
  }
});

test.beforeEach(() => jupyter.post('api/desktops', { name: 'red' }));
test.afterEach(() => jupyter.removeDesktops());

async function openRed(page: Page): Promise<DesktopView> {
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'red' });
  const view = new DesktopView(page, { name: 'red' });
  await view.live();
  return view;
}

test("the tab's menu has the desktop's commands, its log and its connection", { tag: '@smoke' }, async ({ page }) => {
  const view = await openRed(page);
  await view.tab.click({ button: 'right' });
  const items = page.locator('.lm-Menu-item[data-command^="vnc:"]');
  await expect(items.locator('.lm-Menu-itemLabel')).toHaveText([
    'Start',
    'Stop…',
    'Restart…',
    'Rename Tab…',
    'Open Another View',
    'Add Monitor',
    'Add Monitor in Window',
    'Pop Out',
    'Take Screenshot…',
    'Take Screenshot of Area…',
    'Lock Pointer',
    'Touch as on a Trackpad',
    'Share…',
    'Record…',
    'Reveal Copied Files',
    'Show Log',
    'Show Connection',
    'Show Statistics',
    'Settings for This Desktop…'
  ]);
  await expect(items.and(page.locator('.lm-mod-disabled')).locator('.lm-Menu-itemLabel')).toHaveText(['Start']);
  await saveScreenshot(page, 'tab-menu');
  await page.keyboard.press('Escape');

  await view.choose('Show Connection');
  await expect(page.locator('.jp-Dialog')).toContainText('RouteServer extension');
  await expect(page.locator('.jp-Dialog')).toContainText((await jupyter.model('red'))!.display);
  await saveScreenshot(page, 'connection');
  await dialogButton(page, 'Close').click();

  await view.choose('Show Log');
  const log = page.locator('.jp-Desktop-logView pre');
  await expect(log).toContainText('The session says this.');
  await expect(view.node).toBeVisible();
  await saveScreenshot(page, 'log');
  await page.locator('.jp-Desktop-processes select').selectOption('display');
  await expect(log).toContainText('Xvnc');
});

test('a restart asks for confirmation, and then shows the new desktop', async ({ page }) => {
  const sockets = countSockets(page);
  const view = await openRed(page);
  await paint(jupyter, 'red');
  await painted(view, COLOURS.red);
  const servers = () => jupyter.processes().filter(({ argv }) => /Xvnc|Xtigervnc/.test(argv[0]));
  const [before] = servers();
  await view.choose('Restart…');
  await expect(page.locator('.jp-Dialog')).toContainText('Restart "red"?');
  await saveScreenshot(page, 'restart');
  await dialogButton(page, 'Cancel').click();
  await painted(view, COLOURS.red);
  expect(lives(before.pid)).toBe(true);

  await view.choose('Restart…');
  await dialogButton(page, 'Restart').click();
  await expect.poll(() => lives(before.pid)).toBe(false);
  await expect.poll(() => sockets.opened).toBeGreaterThan(1);
  await view.live();
  await paint(jupyter, 'red', COLOURS.green);
  await painted(view, COLOURS.green);
  await expect(view.tab).toHaveText('red');
});
