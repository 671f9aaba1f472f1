import config from './playwright.config';
import { DesktopView, expect, openDesktop, runCommand, saveScreenshot, test } from './lab';
import { expectAccessible } from './accessibility';
import { jupyterForFile } from './jupyter';
import { hears, listen, pulseServer, Speaker, Tone } from './sound';
import { startOn } from './xclient';

import type { Page } from '@playwright/test';

const { launchOptions } = config.use!;

// A microphone that beeps, and whose use is allowed.
test.use({
  launchOptions: {
    ...launchOptions,
    args: [...launchOptions!.args!, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
  }
});

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'], sound: 'both' } } });

test.beforeEach(({ page }) => listen(page));
test.afterEach(() => jupyter.removeDesktops());

/** Opens the plain page with the default desktop. */
async function openPage(page: Page): Promise<DesktopView> {
  await page.goto(jupyter.url('desktops/'));
  const view = new DesktopView(page);
  await view.live();
  await view.node.locator('.jp-Desktop-bar').hover();
  return view;
}

/** Counts the sockets for sound that a page opens. */
function countSoundSockets(page: Page): { opened: number } {
  const count = { opened: 0 };
  page.on('websocket', socket => (count.opened += Number(socket.url().includes('/sound'))));
  return count;
}

test('a tone is heard after a click on the speaker, and not once it is muted', async ({ page }) => {
  const sockets = countSoundSockets(page);
  const view = await openDesktop(page, jupyter);
  const speaker = new Speaker(view);
  const tone = await Tone.play(jupyter, 1000);
  await speaker.is('muted');
  await expect(speaker.button).toHaveAttribute('title', /only after a click/);
  expect(sockets.opened).toBe(0);
  await speaker.unmute();
  await hears(page, 1000);
  await tone.end();
  await hears(page, 0);
  const other = await Tone.play(jupyter, 2500);
  await hears(page, 2500);
  await speaker.button.click();
  await speaker.is('muted');
  await hears(page, 0);
  expect(sockets.opened).toBe(1);
  await other.end();
});

test('the drop-down has a level and a volume, which is remembered', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  const speaker = new Speaker(view);
  const tone = await Tone.play(jupyter, 1000);
  await speaker.unmute();
  await speaker.more.focus();
  await page.keyboard.press('Enter');
  await expect(speaker.popup).toBeVisible();
  const level = () => speaker.popup.getByRole('meter').evaluate((meter: HTMLMeterElement) => meter.value);
  await expect.poll(level).toBeGreaterThan(40);
  await saveScreenshot(page, 'sound-drop-down');
  const volume = speaker.popup.getByRole('slider', { name: 'Volume' });
  await volume.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(volume).toHaveValue('90');
  await page.keyboard.press('Home');
  await hears(page, 0);
  await page.keyboard.press('PageUp');
  await expect(volume).not.toHaveValue('0');
  const chosen = await volume.inputValue();
  await page.keyboard.press('Escape');
  await expect(speaker.popup).toBeHidden();
  await expect(speaker.more).toBeFocused();
  await tone.end();
  await page.reload();
  await view.live();
  await speaker.is('muted');
  await speaker.more.click();
  await expect(volume).toHaveValue(chosen);
  await expectAccessible(page, '.jp-Desktop-sound', '.jp-Desktop-soundPopup');
});

test('panels and pages of one desktop play once: the one unmuted last', async ({ page, context }) => {
  const first = await openDesktop(page, jupyter);
  const tone = await Tone.play(jupyter, 1000);
  const speaker = new Speaker(first);
  await speaker.unmute();
  await hears(page, 1000);

  const other = await context.newPage();
  await listen(other);
  const second = new Speaker(await openPage(other));
  await second.is('elsewhere');
  await expect(second.button).toHaveAttribute('title', /another tab or panel/);
  await second.unmute();
  await hears(other, 1000);
  await speaker.is('elsewhere');
  await hears(page, 0);

  await page.bringToFront();
  await speaker.unmute();
  await hears(page, 1000);
  await second.is('elsewhere');
  await page.close();
  await second.is('muted');
  await tone.end();
});

test('the sound comes back with the connection', async ({ page }) => {
  const sockets = countSoundSockets(page);
  const view = await openDesktop(page, jupyter);
  const speaker = new Speaker(view);
  const tone = await Tone.play(jupyter, 1000);
  await speaker.unmute();
  await hears(page, 1000);
  await runCommand(page, 'vnc:reconnect');
  await expect.poll(() => sockets.opened).toBe(2);
  await view.live();
  await speaker.is('playing');
  await hears(page, 1000);
  await tone.end();
});

test('the plain page plays, too, within its security policy', async ({ page }) => {
  const view = await openPage(page);
  const speaker = new Speaker(view);
  const tone = await Tone.play(jupyter, 1000);
  await speaker.unmute();
  await hears(page, 1000);
  await view.node.locator('.jp-Desktop-bar').hover();
  await speaker.more.click();
  await expect(speaker.popup).toBeVisible();
  await saveScreenshot(page, 'sound-page');
  await tone.end();
});

for (const place of ['panel', 'page'] as const) {
  test(`a browser without a decoder gets one, in the ${place}`, async ({ page }) => {
    await page.addInitScript(() => Reflect.deleteProperty(window, 'AudioDecoder'));
    const view = place === 'panel' ? await openDesktop(page, jupyter) : await openPage(page);
    const tone = await Tone.play(jupyter, 1000);
    await new Speaker(view).unmute();
    await hears(page, 1000);
    await tone.end();
  });
}

test('the microphone reaches the desktop by a click alone, with a sign', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  const speaker = new Speaker(view);
  const sign = view.node.locator('.jp-Desktop-microphone');
  await speaker.more.click();
  const button = speaker.popup.getByRole('button', { name: 'Turn Microphone On' });
  await expect(button).toBeDisabled();
  await page.keyboard.press('Escape');
  await speaker.unmute();
  await speaker.more.click();
  await button.click();
  await expect(sign).toBeVisible();
  await saveScreenshot(page, 'microphone');

  const argv = ['pacat', '--record', '--raw', '--device=microphone', '--latency-msec=50'];
  const recorder = await startOn(jupyter, ['env', pulseServer(jupyter), ...argv]);
  let isLoud = false;
  recorder.stdout!.on('data', (data: Buffer) => (isLoud ||= data.some(byte => byte !== 0)));
  await expect.poll(() => isLoud, { message: 'the beep is recorded' }).toBe(true);
  recorder.kill();

  await page.keyboard.press('Escape');
  await sign.getByRole('button', { name: 'Turn Off' }).click();
  await expect(sign).toBeHidden();
  await page.reload();
  await view.live();
  await expect(sign).toBeHidden();
});
