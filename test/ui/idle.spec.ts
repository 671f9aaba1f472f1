import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DesktopView, expect, openDesktop, openLab, runCommand, saveScreenshot, sessionUp, test, tile } from './lab';
import { COLOURS, paint, painted } from './desktops';
import { jupyterForFile } from './jupyter';
import { pixel } from './pixels';
import { START_TIMEOUT_MS } from './timing';
import { XWindow } from './xclient';

import type { Page } from '@playwright/test';
import type { Jupyter } from './jupyter';

const session_command = ['openbox'];

/** The time after which an idle desktop is stopped; half of it before, a warning is shown. */
const CULL_SECONDS = 40;

test.describe('with idle_disconnect', () => {
  const jupyter = jupyterForFile({ config: { VncProxy: { session_command, idle_disconnect: 10 } } });

  test('the panel is disconnected and keeps the last frame, and a click on it reconnects', async ({ page }) => {
    await jupyter.post('api/desktops/default/start');
    await sessionUp(jupyter);
    await paint(jupyter, 'default', COLOURS.green);
    const window = await XWindow.show(jupyter);
    await openLab(page, jupyter);
    await tile(page).click();
    const view = new DesktopView(page);
    await view.phase('lost', START_TIMEOUT_MS);
    await expect(view.status).toContainText('Paused');
    await expect(view.status).toContainText('Your programs are still running. Click to reconnect.');
    await expect(view.status.locator('.jp-Desktop-countdown')).toHaveCount(0);
    await expect(view.button('Reconnect')).toBeVisible();
    await expect(view.tab).toHaveText('Desktop (paused)');
    expect(await jupyter.model()).toMatchObject({ phase: 'running', clients: 0 });
    const kept = view.node.locator('canvas[data-kept]');
    await expect(kept).toBeVisible();
    await expect.poll(() => pixel(kept, 10, 10)).toBe(COLOURS.green);
    await saveScreenshot(page, 'idle');

    await view.node.locator('.jp-Desktop-screen').click({ position: { x: 20, y: 20 } });
    await view.live();
    await window.type(view, 'Awake');
    await window.seen(view);
    await painted(view, COLOURS.green);
    window.close();
  });
});

test.describe('with cull_idle_timeout', () => {
  const jupyter = jupyterForFile({ config: { VncProxy: { session_command, cull_idle_timeout: CULL_SECONDS } } });

  test('a warning comes first, "Keep Running" cancels the stop, and without it the desktop is stopped', async ({
    page
  }) => {
    const view = await openDesktop(page, jupyter);
    await runCommand(page, 'running:show-panel');
    await warned(page, jupyter, view);
    await expect(warning(view)).toContainText('because it is idle');
    await saveScreenshot(page, 'warning');
    await warning(view).getByRole('button', { name: 'Keep Running' }).click();
    await expect(warning(view)).toBeHidden();
    await expect.poll(async () => (await jupyter.model())!.stops_at).toBeNull();

    await warned(page, jupyter, view);
    await view.phase('stopped', START_TIMEOUT_MS);
    await expect(view.tab).toHaveText('Desktop (stopped)');
    await expect(warning(view)).toBeHidden();
    await expect(view.status).toContainText('It was stopped because it had not been used for 40 seconds.');
    await saveScreenshot(page, 'culled');
    await view.button('Start').click();
    await view.live();
  });
});

function warning(view: DesktopView) {
  return view.node.locator('.jp-Desktop-warning');
}

/** Lets the desktop have been idle until the warning, and refreshes the list, which is polled every ten seconds. */
async function warned(page: Page, jupyter: Jupyter, view: DesktopView): Promise<void> {
  const lastInput = Date.now() / 1000 - CULL_SECONDS / 2;
  utimesSync(join(jupyter.runtime, 'default', 'activity'), lastInput, lastInput);
  await expect.poll(async () => (await jupyter.model())?.stops_at).not.toBeNull();
  await page.locator('.jp-RunningSessions').getByRole('button', { name: 'Refresh List' }).click();
  await expect(warning(view)).toBeVisible();
}
