import { jupyterForFile, PYTHON } from './jupyter';
import { DesktopView, expect, openDesktop, saveScreenshot, sessionUp, test } from './lab';
import { pixel } from './pixels';
import { openPage } from './screens';
import { activate, outputOf, startOn } from './xclient';

const jupyter = jupyterForFile();

interface IMonitor {
  x: number;
  y: number;
  width: number;
  height: number;
}

test.afterEach(() => jupyter.removeDesktops());

/** The desktop's monitors, as X programs see them. */
async function monitors(name = 'default'): Promise<string[]> {
  const listed = await outputOf(jupyter, ['xrandr', '--listmonitors'], name);
  return [...listed.matchAll(/(\d+)\/\d+x(\d+)\/\d+\+(\d+)\+(\d+)/g)]
    .map(([, ...numbers]) => numbers)
    .sort((one, other) => Number(one[2]) - Number(other[2]))
    .map(numbers => numbers.join(' '));
}

/** The area of the window of the only xterm. */
async function xterm(): Promise<IMonitor> {
  const search = ['xdotool', 'search', '--onlyvisible', '--class', 'xterm'];
  const shell = await outputOf(jupyter, [...search, 'getwindowgeometry', '--shell']);
  const value = (name: string) => Number(new RegExp(`^${name}=(-?\\d+)$`, 'm').exec(shell)?.[1]);
  return { x: value('X'), y: value('Y'), width: value('WIDTH'), height: value('HEIGHT') };
}

/** Waits until views side by side are the desktop's monitors, each of its own size. */
async function divided(views: DesktopView[], name = 'default'): Promise<number> {
  let width = 0;
  // JupyterLab may still change the layout.
  await expect(async () => {
    const places = await Promise.all(views.map(view => view.place()));
    const [left, right] = places.map(place => place.split('x').map(Number));
    expect(await monitors(name)).toEqual([`${left[0]} ${left[1]} 0 0`, `${right[0]} ${right[1]} ${left[0]} 0`]);
    expect(await Promise.all(views.map(view => view.size()))).toEqual(places);
    [width] = left;
  }).toPass();
  return width;
}

/** Shows a window at a place on the desktop; returns whether it was clicked. */
async function showWindow(x: number, colour: string, name = 'default'): Promise<() => boolean> {
  const argv = [PYTHON, `${__dirname}/xwindow.py`, colour.slice(1), `240x160+${x}+40`];
  let text = '';
  (await startOn(jupyter, argv, name)).stdout!.setEncoding('utf8').on('data', (part: string) => (text += part));
  await expect.poll(() => text).toContain('shown');
  return () => text.includes('clicked');
}

/** The share of a view's pixels that are those of the desktop's screenshot, from `left` on. */
async function equalShare(view: DesktopView, left: number, name = 'default'): Promise<number> {
  const response = await fetch(jupyter.url(`api/desktops/${name}/screenshot`));
  const png = Buffer.from(await response.arrayBuffer()).toString('base64');
  return view.canvas.evaluate(
    async (canvas: HTMLCanvasElement, [data, x]) => {
      const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const { width, height } = canvas;
      const context = new OffscreenCanvas(width, height).getContext('2d')!;
      context.drawImage(image, -x, 0);
      const wanted = context.getImageData(0, 0, width, height).data;
      const shown = canvas.getContext('2d')!.getImageData(0, 0, width, height).data;
      let equal = 0;
      for (let at = 0; at < wanted.length; at += 4) {
        equal += [0, 1, 2].every(part => Math.abs(wanted[at + part] - shown[at + part]) < 24) ? 1 : 0;
      }
      return equal / (width * height);
    },
    [png, left] as const
  );
}

/** Shows a window on each monitor, and clicks both in the browser. */
async function windowsOnBoth(views: DesktopView[], left: number, name = 'default'): Promise<void> {
  const clicked = [await showWindow(40, '#e0a020', name), await showWindow(left + 40, '#20a0e0', name)];
  for (const [index, colour] of ['#e0a020', '#20a0e0'].entries()) {
    await expect.poll(() => pixel(views[index].canvas, 60, 170)).toBe(colour);
  }
  for (const [index, view] of views.entries()) {
    expect(clicked[index]()).toBe(false);
    await view.canvas.click({ position: { x: 160, y: 100 } });
    await expect.poll(clicked[index]).toBe(true);
  }
}

test('two panels are the monitors of one desktop', { tag: '@smoke' }, async ({ page }) => {
  const first = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  await first.toolbar('vnc:add-monitor').first().click();
  const views = [0, 1].map(nth => new DesktopView(page, { nth }));
  for (const view of views) {
    await view.live();
  }
  const left = await divided(views);
  const tabs = page.locator('.lm-TabBar-tab.jp-Desktop-tab .lm-TabBar-tabLabel');
  await expect(tabs).toHaveText(['Desktop', 'Desktop – Monitor 2']);
  await expect(views[1].node).toHaveAccessibleName('Desktop – Monitor 2');
  await expect(views[1].canvas).toHaveAccessibleName('Screen of Desktop – Monitor 2');
  await windowsOnBoth(views, left);
  await saveScreenshot(page, 'monitors');
  await expect.poll(() => equalShare(views[0], 0)).toBeGreaterThan(0.98);
  await expect.poll(() => equalShare(views[1], left)).toBeGreaterThan(0.98);

  // A maximised program stays on its monitor.
  await startOn(jupyter, ['xterm', '-geometry', `30x10+${left + 80}+300`]);
  await activate(jupyter, '--class', 'xterm');
  await expect.poll(async () => (await xterm()).x).toBeGreaterThan(left);
  await outputOf(jupyter, ['xdotool', 'key', 'alt+F10']);
  const [width] = (await views[1].place()).split('x').map(Number);
  await expect.poll(async () => (await xterm()).width, { message: 'it is maximised' }).toBeGreaterThan(width - 30);
  await expect(async () => {
    const window = await xterm();
    expect(window.x).toBeGreaterThanOrEqual(left);
    expect(window.x + window.width).toBeLessThanOrEqual(left + width);
  }).toPass();
  await saveScreenshot(page, 'monitors-maximised');

  // Dragging the boundary gives both another size.
  const handle = (await page
    .locator('.lm-DockPanel-handle[data-orientation="horizontal"]:not(.lm-mod-hidden)')
    .boundingBox())!;
  await page.mouse.move(handle.x + handle.width / 2, handle.y + 200);
  await page.mouse.down();
  await page.mouse.move(handle.x + 90, handle.y + 200, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await xterm()).x, { message: 'it follows its monitor' }).toBeGreaterThan(left + 60);
  const moved = await divided(views);
  await expect.poll(async () => (await xterm()).x).toBeGreaterThanOrEqual(moved);

  // A reload brings them back.
  const saved = async () => (await fetch(jupyter.url('lab/api/workspaces/default'))).text();
  await expect.poll(saved).toMatch(/"monitor":\s*2/);
  await expect.poll(saved, { message: 'the boundary is saved' }).toMatch(/"sizes":\s*\[\s*0\.(5[5-9]|6)/);
  const placed = await xterm();
  await page.reload();
  for (const view of views) {
    await view.live();
  }
  await divided(views);
  // The panels may be one pixel wider or narrower.
  await expect
    .poll(async () => Math.abs((await xterm()).x - placed.x), { message: 'no window has moved to another monitor' })
    .toBeLessThan(5);

  // Without the second panel there is one monitor, which shows the window that was on the other.
  await views[1].tab.locator('.lm-TabBar-tabCloseIcon').click();
  await expect.poll(async () => (await monitors()).length).toBe(1);
  await views[0].fitted();
  const place = (await views[0].place()).split('x').map(Number);
  await expect.poll(() => monitors()).toEqual([`${place[0]} ${place[1]} 0 0`]);
  await expect.poll(async () => (await xterm()).x).toBeLessThan(place[0] - 50);
  await expect(tabs).toHaveText(['Desktop']);
  await saveScreenshot(page, 'monitors-closed');
});

test('a window of the page is a monitor, and another viewer sees all', async ({ browser, page }) => {
  const first = await openPage(jupyter, browser, 'default', { width: 900, height: 600 });
  await sessionUp(jupyter);
  const opening = first.page.context().waitForEvent('page');
  await first.page.mouse.move(450, 2);
  await first.page.getByRole('button', { name: 'Add Monitor', exact: true }).click();
  const second = new DesktopView(await opening);
  await second.live();
  const views = [first, second];
  const left = await divided(views);
  await windowsOnBoth(views, left);
  await expect(first.page).toHaveTitle('Desktop');
  await expect(second.page).toHaveTitle('Desktop – Monitor 2');
  await saveScreenshot(second.page, 'monitors-window');

  const other = await openDesktop(page, jupyter);
  const [width, height] = (await second.place()).split('x').map(Number);
  await expect.poll(() => other.size()).toBe(`${left + width}x${Math.max(600, height)}`);
  await other.canvas.click({ position: { x: 5, y: 5 } });
  await saveScreenshot(page, 'monitors-watched');
  await divided(views);

  await second.page.reload();
  await second.live();
  await divided(views);
  await page.close();
  await second.page.close();
  await expect.poll(async () => (await monitors()).length).toBe(1);
  await expect.poll(() => first.size()).toBe('900x600');
  await first.page.context().close();
});
