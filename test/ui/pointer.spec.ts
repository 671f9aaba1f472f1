import { DesktopView, expect, openDesktop, runCommand, saveScreenshot, test } from './lab';
import { DesktopProgram } from './inputlog';
import { jupyterForFile } from './jupyter';

import type { Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

const [CONTROL, CONTROL_STATE] = ['0xffe3', 4];

async function openPage(page: Page, name = 'default'): Promise<DesktopView> {
  await page.goto(`${jupyter.url('desktops/')}&desktop=${name}`);
  const view = new DesktopView(page);
  await view.live();
  await view.fitted();
  return view;
}

/** Presses a button of the page's bar. */
async function press(page: Page, name: string): Promise<void> {
  // Only the bar's edge is visible.
  await page.mouse.move(page.viewportSize()!.width / 2, 2);
  await page.getByRole('button', { name, exact: true }).click();
}

const isLocked = (page: Page) => page.evaluate(() => document.pointerLockElement?.tagName);

test('a program that warps the pointer gets what the hand does, through pointer lock', async ({ page }) => {
  const view = await openPage(page);
  const program = await DesktopProgram.warper(jupyter);
  await press(page, 'Lock Pointer');
  await expect.poll(() => isLocked(page)).toBe('CANVAS');
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('The desktop has the pointer');
  // The remote cursor is where the program has put it.
  const cursor = view.node.locator('.jp-Desktop-cursor');
  await expect(cursor).toBeVisible();
  await expect(async () => {
    const box = (await cursor.boundingBox())!;
    expect(Math.abs(box.x + box.width / 2 - 640)).toBeLessThan(40);
    expect(Math.abs(box.y + box.height / 2 - 400)).toBeLessThan(40);
  }).toPass();
  await saveScreenshot(page, 'pointer-locked');
  program.forget();
  await page.mouse.move(600, 300);
  await expect.poll(() => program.only('moved').length).toBeGreaterThan(0);
  const last = () => program.only('moved').at(-1)!.split(' ').slice(1).map(Number);
  // The button comes after all motion before it.
  await page.mouse.down();
  await page.mouse.up();
  await expect.poll(() => program.only('buttons').at(-1)).toBe('buttons 0');
  const [x, y] = last();
  for (let step = 1; step <= 15; step++) {
    await page.mouse.move(600 + 10 * step, 300 - 2 * step);
  }
  await expect.poll(last).toEqual([x + 150, y - 30]);

  // A lock that is dropped while a button is down leaves none pressed.
  await page.mouse.down();
  await expect.poll(() => program.only('buttons').at(-1)).toBe('buttons 1');
  await page.evaluate(() => document.exitPointerLock());
  await expect.poll(() => program.only('buttons').at(-1)).toBe('buttons 0');
  await page.mouse.up();
  program.close();
});

test('a chord locks the pointer and releases it, and a program that hides its cursor has none', async ({ page }) => {
  const view = await openPage(page);
  const program = await DesktopProgram.warper(jupyter, 'hide');
  await view.canvas.click({ position: { x: 300, y: 300 } });
  await page.keyboard.press('Control+Alt+Shift+M');
  await expect.poll(() => isLocked(page)).toBe('CANVAS');
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('The desktop has the pointer');
  await page.mouse.move(320, 300);
  await expect.poll(() => program.only('moved').length).toBeGreaterThan(0);
  const cursor = view.node.locator('.jp-Desktop-cursor');
  // A transparent image is drawn, if any.
  const alpha = (image: HTMLImageElement) => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d')!;
    if (image.hidden || image.naturalWidth === 0) {
      return 0;
    }
    context.drawImage(image, 0, 0);
    return Math.max(
      ...context.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data.filter((_, i) => i % 4 === 3)
    );
  };
  await expect.poll(() => cursor.evaluate(alpha)).toBe(0);
  await page.keyboard.press('Control+Alt+Shift+M');
  await expect.poll(() => isLocked(page)).toBeUndefined();
  program.close();
});

test('other backends say that they can’t, and give the pointer back', async ({ page }) => {
  await jupyter.post('api/desktops', { name: 'tiger', backend: 'tigervnc' });
  const view = await openPage(page, 'tiger');
  await press(page, 'Lock Pointer');
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('can’t lock the pointer');
  await expect.poll(() => isLocked(page)).toBeUndefined();
});

test('wheels turn by whole steps at the chosen speed, and a pinch is Ctrl and the wheel', async ({ page, context }) => {
  const view = await openPage(page);
  const log = await DesktopProgram.log(jupyter);
  const { canvas } = view;
  await canvas.click({ position: { x: 300, y: 300 } });
  await expect.poll(() => log.only('press').length).toBe(1);
  const presses = () => log.only('press').map(line => line.split(' ')[1]);
  const wheel = async (deltaX: number, deltaY: number, modifiers = 0) => {
    const cdp = await context.newCDPSession(page);
    await cdp.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 300, y: 300, deltaX, deltaY, modifiers });
    await cdp.detach();
  };
  log.forget();
  for (let event = 0; event < 20; event++) {
    await wheel(0, 10);
  }
  await expect.poll(presses).toEqual(['5', '5', '5', '5']);
  await wheel(0, -120);
  await wheel(120, 0);
  await wheel(-240, 0);
  await expect.poll(presses).toEqual(['5', '5', '5', '5', '4', '7', '6', '6']);

  await press(page, 'Settings');
  await page.getByRole('menuitem', { name: 'Settings…' }).click();
  await page.getByLabel('Speed of the wheel').selectOption({ label: '2' });
  await page.keyboard.press('Escape');
  log.forget();
  await wheel(0, 120);
  await expect.poll(presses).toEqual(['5', '5']);

  log.forget();
  const ratio = await page.evaluate(() => [devicePixelRatio, visualViewport!.scale]);
  await wheel(0, -120, 2);
  await expect
    .poll(() => log.only('press', 'key', 'unkey'))
    .toEqual([
      `key ${CONTROL} 0`,
      `press 4 300 300 ${CONTROL_STATE}`,
      `press 4 300 300 ${CONTROL_STATE}`,
      `unkey ${CONTROL}`
    ]);
  expect(await page.evaluate(() => [devicePixelRatio, visualViewport!.scale])).toEqual(ratio);

  // With the real key, it is not pressed twice.
  log.forget();
  await page.keyboard.down('Control');
  await wheel(0, 120, 2);
  await page.keyboard.up('Control');
  await expect.poll(() => log.only('key', 'unkey')).toEqual([`key ${CONTROL} 0`, `unkey ${CONTROL}`]);
  log.close();
});

test('a pen moves the pointer above the screen, clicks with its tip, and its barrel is the right button', async ({
  page,
  context
}) => {
  await openPage(page);
  const log = await DesktopProgram.log(jupyter);
  const cdp = await context.newCDPSession(page);
  const pen = (type: 'mouseMoved' | 'mousePressed' | 'mouseReleased', x: number, button?: 'left' | 'right') =>
    cdp.send('Input.dispatchMouseEvent', {
      type,
      x,
      y: 300,
      pointerType: 'pen',
      button: button ?? 'none',
      buttons: type === 'mouseReleased' || button === undefined ? 0 : button === 'left' ? 1 : 2,
      clickCount: button === undefined ? 0 : 1
    });
  await pen('mouseMoved', 200);
  await expect.poll(() => log.only('move').at(-1)).toBe('move 200 300');
  for (const button of ['left', 'right'] as const) {
    await pen('mousePressed', 210, button);
    await pen('mouseMoved', 230, button);
    await pen('mouseReleased', 230, button);
  }
  await expect
    .poll(() => log.only('press', 'release').map(line => line.split(' ').slice(0, 4).join(' ')))
    .toEqual(['press 1 210 300', 'release 1 230 300', 'press 3 210 300', 'release 3 230 300']);
  log.close();
});

test('a cursor of any size is shown whole, in the size of the screen’s pixels', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 900, height: 600 }, deviceScaleFactor: 2 });
  const page = await context.newPage();
  const view = await openPage(page);
  const program = await DesktopProgram.start(jupyter, require.resolve('./largecursor.py'), '96');
  await view.canvas.hover({ position: { x: 300, y: 300 } });
  const cursor = view.node.locator('.jp-Desktop-cursor');
  await expect(cursor).toBeVisible();
  await expect.poll(() => cursor.boundingBox()).toEqual({ x: 252, y: 252, width: 96, height: 96 });
  await expect(view.canvas).toHaveCSS('cursor', 'none');
  await saveScreenshot(page, 'large-cursor');
  program.close();
  await view.canvas.hover({ position: { x: 310, y: 300 } });
  await expect(cursor).toBeHidden();
  await expect(view.canvas).toHaveCSS('cursor', /url/);
  await context.close();
});

test('JupyterLab has the lock in the toolbar, and its settings take effect at once', async ({ page, context }) => {
  const view = await openDesktop(page, jupyter);
  await view.fitted();
  const log = await DesktopProgram.log(jupyter);
  await view.toolbar('vnc:lock-pointer').click();
  await expect.poll(() => isLocked(page)).toBe('CANVAS');
  await expect(view.node.locator('.jp-Desktop-notice')).toContainText('The desktop has the pointer');
  await page.keyboard.press('Control+Alt+Shift+M');
  await expect.poll(() => isLocked(page)).toBeUndefined();

  const settings = jupyter.url('lab/api/settings/jupyter-vnc-proxy:plugin');
  const stored = async () => ((await (await fetch(settings)).json()) as { raw: string }).raw;
  await runCommand(page, 'vnc:trackpad');
  await expect.poll(stored).toContain('"touchMode": "trackpad"');
  await runCommand(page, 'vnc:trackpad');
  await expect.poll(stored).toContain('"touchMode": "direct"');

  const { x, y } = (await view.canvas.boundingBox())!;
  const cdp = await context.newCDPSession(page);
  const place = { type: 'mouseWheel' as const, x: x + 300, y: y + 300 };
  await cdp.send('Input.dispatchMouseEvent', { ...place, deltaX: 0, deltaY: 120 });
  await expect.poll(() => log.only('press').length).toBe(1);
  log.close();
});
