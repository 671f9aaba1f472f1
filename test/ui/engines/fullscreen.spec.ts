import { XWindow } from '../xclient';
import { note } from './abilities';
import { expect, test } from './fixtures';

const ESCAPE = 0xff1b;

/** Chromium leaves full screen when Escape is held for so long. */
const HOLD_MS = 2000;

test('full screen shows the desktop on the whole display, and Escape leaves it', async ({ desk, engine }) => {
  await desk.openPage();
  const window = await XWindow.show(desk.jupyter);
  const { browser, display } = desk;
  const isFull = () => browser.evaluate(() => document.fullscreenElement !== null);
  await desk.clickBar('Full Screen');
  await expect.poll(isFull).toBe(true);
  await desk.findOrigin();
  await expect.poll(() => desk.screen()).toEqual({ x: 0, y: 0, width: 1280, height: 900 });
  await desk.showsDesktop();
  note(engine, 'Full screen', 'yes');

  await desk.click(160, 100);
  await display.key('Escape');
  if (engine === 'chromium') {
    await window.got(ESCAPE);
    expect(await isFull()).toBe(true);
    await display.run('xdotool', 'keydown', 'Escape');
    await new Promise(resolve => setTimeout(resolve, HOLD_MS));
    await display.run('xdotool', 'keyup', 'Escape');
  }
  await expect.poll(isFull).toBe(false);
  await desk.findOrigin();
  await desk.showsDesktop();
  note(
    engine,
    'Keys that the browser keeps, in full screen',
    engine === 'chromium' ? 'yes' : 'no; *Send Keys* sends them'
  );
});
