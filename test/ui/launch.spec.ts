import { DesktopView, expect, saveScreenshot, openLab, sessionUp, test, tile } from './lab';
import { jupyterForFile } from './jupyter';
import { colours, samples } from './pixels';
import { clickAndTime } from './timing';

const jupyter = jupyterForFile();

test('a click on the tile opens a live desktop (prints timings)', { tag: '@smoke' }, async ({ page }) => {
  await openLab(page, jupyter);
  await saveScreenshot(page, 'launcher');
  const cold = await clickAndTime(page, tile(page), () => saveScreenshot(page, 'starting'));
  const view = new DesktopView(page);
  await view.live();
  await sessionUp(jupyter);
  await expect.poll(() => colours(view.canvas), { message: 'the desktop is drawn' }).toBeGreaterThan(3);
  await saveScreenshot(page, 'running');
  await expect(view.tab).toHaveText('Desktop');
  await expect(page.locator('.lm-DockPanel canvas')).toHaveCount(1);
  await expect(page.locator('iframe')).toHaveCount(0);

  await view.tab.locator('.lm-TabBar-tabCloseIcon').click();
  await expect(view.node).toHaveCount(0);
  const warm = await clickAndTime(page, tile(page));
  await view.live();
  expect(await colours(view.canvas)).toBeGreaterThan(3);

  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  console.log(
    `click to first pixel: ${seconds(cold.firstPixel)} (nothing running), ${seconds(warm.firstPixel)} (running)`
  );
  console.log(`click to session drawn: ${seconds(cold.drawn)} (nothing running), ${seconds(warm.drawn)} (running)`);
});

test('the canvas changes with the desktop', async ({ page }) => {
  await openLab(page, jupyter);
  await tile(page).click();
  const view = new DesktopView(page);
  await view.live();
  const before = await samples(view.canvas);
  // Xfce's menu of applications comes with a click on the background.
  await view.canvas.click({ button: 'right', position: { x: 300, y: 300 } });
  await expect.poll(async () => (await samples(view.canvas)).join() !== before.join()).toBe(true);
  await page.keyboard.press('Escape');
});
