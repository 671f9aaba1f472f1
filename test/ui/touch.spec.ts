import { DesktopView, expect, openLab, runCommand, saveScreenshot, test } from './lab';
import { DesktopProgram } from './inputlog';
import { jupyterForFile } from './jupyter';

import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

interface IPoint {
  x: number;
  y: number;
}

/**
 * A phone with a finger or more.
 *
 * The browser gets the events of a gesture without a pause: a finger that rests between two would press for long.
 */
class Phone {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly _cdp: CDPSession
  ) {}

  static async open(browser: Browser, colorScheme: 'light' | 'dark' = 'light'): Promise<Phone> {
    const viewport = { width: 360, height: 740 };
    const context = await browser.newContext({ viewport, hasTouch: true, isMobile: true, colorScheme });
    const page = await context.newPage();
    return new Phone(context, page, await context.newCDPSession(page));
  }

  async desktop(): Promise<DesktopView> {
    await this.page.goto(jupyter.url('desktops/'));
    const view = new DesktopView(this.page);
    await view.live();
    await view.fitted();
    return view;
  }

  async touch(type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: IPoint[]): Promise<void> {
    await this._cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
  }

  async tap(...points: IPoint[]): Promise<void> {
    await Promise.all([this.touch('touchStart', ...points), this.touch('touchEnd')]);
  }

  /** Moves fingers in steps, all by the same distance. */
  async stroke(points: IPoint[], by: IPoint, steps = 4): Promise<void> {
    const started = this.touch('touchStart', ...points);
    const moves = Array.from({ length: steps }, (_, index) => {
      const part = (index + 1) / steps;
      return this.touch('touchMove', ...points.map(({ x, y }) => ({ x: x + by.x * part, y: y + by.y * part })));
    });
    await Promise.all([started, ...moves]);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

const buttons = (log: DesktopProgram) =>
  log.only('press', 'release').map(line => line.split(' ').slice(0, 2).join(' '));
const places = (log: DesktopProgram) => log.only('press', 'release').map(line => line.split(' ').slice(0, 4).join(' '));

test('fingers tap, press, drag, scroll and pinch', async ({ browser }) => {
  const phone = await Phone.open(browser);
  await phone.desktop();
  const log = await DesktopProgram.log(jupyter);
  const at = { x: 100, y: 200 };
  await phone.tap(at);
  await expect.poll(() => places(log)).toEqual(['press 1 100 200', 'release 1 100 200']);

  log.forget();
  await Promise.all([phone.tap(at), phone.tap({ x: 104, y: 203 })]);
  await expect.poll(() => places(log)).toEqual(Array(2).fill(['press 1 100 200', 'release 1 100 200']).flat());

  log.forget();
  await phone.touch('touchStart', at);
  await expect.poll(() => places(log)).toEqual(['press 3 100 200']);
  await phone.touch('touchEnd');
  await expect.poll(() => places(log)).toEqual(['press 3 100 200', 'release 3 100 200']);

  log.forget();
  await phone.tap(at, { x: 140, y: 200 }, { x: 180, y: 200 });
  await expect.poll(() => buttons(log)).toEqual(['press 2', 'release 2']);

  log.forget();
  await phone.stroke([at], { x: 30, y: 0 });
  await phone.touch('touchEnd');
  await expect.poll(() => places(log)).toEqual(['press 1 100 200', 'release 1 130 200']);

  log.forget();
  await phone.stroke([at], { x: 120, y: 40 });
  await phone.touch('touchEnd');
  await expect.poll(() => places(log)).toEqual(['press 1 100 200', 'release 1 220 240']);

  log.forget();
  await phone.stroke([at, { x: 160, y: 200 }], { x: 0, y: -210 });
  await phone.touch('touchEnd');
  await expect.poll(() => buttons(log)).toEqual(Array(4).fill(['press 5', 'release 5']).flat());

  log.forget();
  const scale = await phone.page.evaluate(() => visualViewport!.scale);
  await phone.touch('touchStart', { x: 100, y: 300 }, { x: 160, y: 300 });
  await phone.touch('touchMove', { x: 40, y: 300 }, { x: 160, y: 300 });
  await phone.touch('touchMove', { x: 40, y: 300 }, { x: 260, y: 300 });
  await phone.touch('touchEnd');
  await expect
    .poll(() =>
      log
        .only('press')
        .map(line => line.split(' '))
        .map(line => `${line[1]} ${line[4]}`)
    )
    .toContain('4 4');
  await expect.poll(() => log.only('unkey').length).toBe(log.only('key').length);
  // Num Lock and Caps Lock stay as they are.
  expect(new Set(log.only('key').map(line => line.split(' ')[1]))).toEqual(new Set(['0xffe3']));
  expect(await phone.page.evaluate(() => visualViewport!.scale)).toBe(scale);
  log.close();
  await phone.close();
});

test('in trackpad mode a finger moves the pointer, and taps click there', async ({ browser }) => {
  const phone = await Phone.open(browser);
  const view = await phone.desktop();
  const log = await DesktopProgram.log(jupyter);
  await phone.page.evaluate(() =>
    localStorage.setItem('jupyter-vnc-proxy:settings', JSON.stringify({ touchMode: 'trackpad' }))
  );
  await phone.page.reload();
  await view.live();
  await view.fitted();
  await Promise.all([phone.stroke([{ x: 60, y: 600 }], { x: 30, y: 0 }, 30), phone.touch('touchEnd')]);
  // A motion is no tap, however short it is.
  await expect.poll(() => log.only('move').length).toBeGreaterThan(0);
  await expect.poll(() => Number(log.only('move').at(-1)!.split(' ')[1])).toBeGreaterThan(200);
  expect(log.only('press')).toEqual([]);
  await expect(view.node.locator('.jp-Desktop-cursor')).toBeVisible();
  await saveScreenshot(phone.page, 'trackpad');

  await phone.tap({ x: 30, y: 30 });
  await expect.poll(() => places(log)).toHaveLength(2);
  const [x, y] = places(log)[0].split(' ').slice(2).map(Number);
  expect(x).toBeGreaterThan(200);
  expect(y).toBe(370);
  expect(places(log)).toEqual([`press 1 ${x} ${y}`, `release 1 ${x} ${y}`]);

  // A tap and a touch that moves drag.
  log.forget();
  await Promise.all([phone.tap({ x: 30, y: 30 }), phone.stroke([{ x: 30, y: 30 }], { x: 0, y: 80 }, 8)]);
  await expect.poll(() => places(log).at(-1)).toBe(`press 1 ${x} ${y}`);
  await phone.touch('touchEnd');
  await expect.poll(() => places(log).at(-1)).toMatch(/^release/);
  const [, button, left, top] = places(log).at(-1)!.split(' ');
  expect([button, left]).toEqual(['1', String(x)]);
  expect(Number(top)).toBeGreaterThan(y + 50);
  log.close();
  await phone.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a phone types with its keyboard and the row of keys, ${colorScheme}`, async ({ browser }) => {
    const phone = await Phone.open(browser, colorScheme);
    const { page } = phone;
    const view = await phone.desktop();
    const log = await DesktopProgram.log(jupyter);
    const field = view.node.locator('.jp-Desktop-keyboard');
    const key = (name: string) => view.node.getByRole('button', { name, exact: true });
    await phone.tap({ x: 100, y: 200 });
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute('inputmode', 'none');
    await key('Keyboard').tap();
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute('inputmode', 'text');
    const row = (await view.node.getByRole('toolbar', { name: 'Keys' }).boundingBox())!;
    expect(row.x).toBeGreaterThanOrEqual(0);
    expect(row.x + row.width).toBeLessThanOrEqual(360);
    for (const name of ['Esc', 'Tab', 'Ctrl', 'Alt', 'Left', 'Up', 'Down', 'Right', 'Keyboard']) {
      const box = (await key(name).boundingBox())!;
      expect(Math.min(box.width, box.height), name).toBeGreaterThanOrEqual(32);
      expect(box.x + box.width, name).toBeLessThanOrEqual(360);
    }

    const keys = () => log.only('key').map(line => line.slice(4));
    const [control, alt] = ['0xffe3 0', '0xffe9 0'];
    log.forget();
    await key('Esc').tap();
    await key('Ctrl').tap();
    await expect(key('Ctrl')).toHaveAttribute('aria-pressed', 'true');
    await expect(field).toBeFocused();
    await page.keyboard.insertText('cx');
    await expect.poll(keys).toEqual(['0xff1b 0', control, '0x63 4', '0x78 0']);
    await expect(key('Ctrl')).toHaveAttribute('aria-pressed', 'false');

    log.forget();
    await key('Alt').tap();
    await key('Alt').tap();
    await key('Ctrl').tap();
    await saveScreenshot(page, `keys-${colorScheme}`);
    await page.keyboard.insertText('q');
    await key('Up').tap();
    await key('Alt').tap();
    await key('Tab').tap();
    await expect.poll(keys).toEqual([alt, '0xffe3 8', '0x71 12', '0xff52 8', '0xff09 0']);

    // What is held comes up when the row closes.
    await key('Ctrl').tap();
    await key('Ctrl').tap();
    await expect.poll(() => log.only('key').length - log.only('unkey').length).toBe(1);
    await key('Keyboard').tap();
    await expect.poll(() => log.only('key').length - log.only('unkey').length).toBe(0);
    await expect(field).toHaveAttribute('inputmode', 'none');
    await saveScreenshot(page, `phone-${colorScheme}`);

    // The bar opens with a tap.
    const settings = page.getByRole('button', { name: 'Settings' });
    await expect(settings).not.toBeInViewport();
    await page.touchscreen.tap(180, 6);
    await expect(settings).toBeInViewport();
    await expect(view.node.locator('.jp-Desktop-notice')).toBeHidden();
    await saveScreenshot(page, `phone-bar-${colorScheme}`);
    await settings.tap();
    const menu = (await page.getByRole('menu', { name: 'Settings' }).boundingBox())!;
    expect(menu.x).toBeGreaterThanOrEqual(0);
    expect(menu.x + menu.width).toBeLessThanOrEqual(360);
    await saveScreenshot(page, `phone-menu-${colorScheme}`);
    await page.getByRole('menuitemcheckbox', { name: 'Touch as on a Trackpad' }).tap();
    await phone.tap({ x: 100, y: 300 });
    await expect(settings).not.toBeInViewport();
    log.close();
    await phone.close();
  });
}

test('the keyboard button is there on request', async ({ page }) => {
  await page.goto(jupyter.url('desktops/'));
  const view = new DesktopView(page);
  await view.live();
  const button = view.node.getByRole('button', { name: 'Keyboard', exact: true });
  await expect(button).toBeHidden();
  await page.mouse.move(page.viewportSize()!.width / 2, 2);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Settings…' }).click();
  await page.getByLabel('Keyboard button').selectOption({ label: 'Always' });
  await page.keyboard.press('Escape');
  await expect(button).toBeVisible();
  await page.reload();
  await expect(button).toBeVisible();
});

test('JupyterLab shows the row on a phone, too', async ({ browser }) => {
  const phone = await Phone.open(browser);
  const { page } = phone;
  await openLab(page, jupyter);
  await runCommand(page, 'application:set-mode', { mode: 'single-document' });
  await runCommand(page, 'application:toggle-left-area');
  await runCommand(page, 'vnc:open', { name: 'default' });
  const view = new DesktopView(page);
  await view.live();
  const button = view.node.getByRole('button', { name: 'Keyboard', exact: true });
  await expect(button).toBeInViewport();
  const log = await DesktopProgram.log(jupyter);
  await button.tap();
  await view.node.getByRole('button', { name: 'Tab', exact: true }).tap();
  await expect.poll(() => log.only('key')).toEqual(['key 0xff09 0']);
  for (const name of ['Esc', 'Right', 'Keyboard']) {
    await expect(view.node.getByRole('button', { name, exact: true })).toBeInViewport();
  }
  await saveScreenshot(page, 'lab-phone-light');
  await runCommand(page, 'apputils:change-theme', { theme: 'JupyterLab Dark' });
  await expect(page.locator('body')).toHaveAttribute('data-jp-theme-light', 'false');
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
  await saveScreenshot(page, 'lab-phone-dark');
  log.close();
  await phone.close();
});
