import { GtkField } from '../gtkfield';
import { note } from './abilities';
import { expect, test } from './fixtures';

import type { Desk } from './desk';

test.beforeEach(({ desk }) => desk.display.copy('older'));
async function openField(desk: Desk): Promise<GtkField> {
  await desk.openPage();
  const field = await GtkField.show(desk.jupyter);
  await desk.click(300, 300);
  return field;
}

test('keys paste what other programs have copied, without a permission', async ({ desk, engine }) => {
  const field = await openField(desk);
  await desk.display.copy('one é🙂\n');
  await desk.display.key('ctrl+v');
  await field.has('one é🙂\n');
  await desk.display.copy('two');
  await desk.display.key('shift+Insert');
  await field.has('one é🙂\ntwo');
  expect(await desk.notice()).toBe('');
  note(engine, 'Paste with a key', 'yes');
});

test('the button sends what other programs have copied, if the browser allows it', async ({ desk, engine }) => {
  await openField(desk);
  const { browser, display } = desk;
  const desktop = await desk.desktop();
  const click = () => desk.clickBar('Send Clipboard');
  await display.copy('by the button');
  await browser.answer(click, false);
  await expect.poll(() => desk.notice()).toContain('Allow it when the browser asks');
  expect(await desktop.clipboard()).toBe('');
  await browser.answer(click, true);
  await expect.poll(() => desktop.clipboard()).toBe('by the button');
  note(engine, '*Send Clipboard to Desktop*', engine === 'chromium' ? 'asks once' : 'asks each time');
});

test('what is copied on the desktop is there for other programs', async ({ desk, engine }) => {
  const field = await openField(desk);
  await desk.display.type('copy me');
  await field.has('copy me');
  await desk.display.key('ctrl+a', 'ctrl+c');
  await expect.poll(() => desk.display.clipboard()).toBe('copy me');
  expect(await desk.notice()).toBe('');
  note(engine, 'Copy with a key', 'yes');
  const desktop = await desk.desktop();
  await desktop.copy('without a key');
  if (engine === 'webkit') {
    await expect.poll(() => desk.notice()).toContain('Click the desktop');
    await desk.click(300, 300);
  }
  await expect.poll(() => desk.display.clipboard()).toBe('without a key');
  note(engine, 'Copy otherwise, as with a menu', engine === 'webkit' ? 'at the next click or key' : 'yes');
});
