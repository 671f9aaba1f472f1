import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, saveScreenshot, openDesktop, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { activate, startOn } from './xclient';

import type { CDPSession } from '@playwright/test';

const jupyter = jupyterForFile();

test('text typed in the browser arrives in a terminal on the desktop', async ({ page, context }) => {
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  // A file says that the shell is there; typing before goes nowhere.
  const shell = ['bash', '--norc', '--noprofile', '-c', 'touch ready; exec bash --norc --noprofile'];
  await startOn(jupyter, ['xfce4-terminal', '--disable-server', '--maximize', '-x', ...shell]);
  const file = (name: string) => join(jupyter.home, name);
  await expect.poll(() => existsSync(file('ready')), { message: 'the shell starts' }).toBe(true);
  await activate(jupyter, '--class', 'terminal');

  await view.canvas.click({ position: { x: 400, y: 400 } });
  await page.keyboard.type('echo "Hello, World! ~{}|_?" > typed.txt\n', { delay: 5 });
  await expect
    .poll(() => existsSync(file('typed.txt')) && readFileSync(file('typed.txt'), 'utf8'))
    .toBe('Hello, World! ~{}|_?\n');

  await page.keyboard.type('echo ', { delay: 5 });
  const keyboard = await context.newCDPSession(page);
  for (const letter of 'éßñ') {
    await press(keyboard, letter);
  }
  await page.keyboard.type(' > letters.txt\n', { delay: 5 });
  await expect.poll(() => existsSync(file('letters.txt')) && readFileSync(file('letters.txt'), 'utf8')).toBe('éßñ\n');
  await saveScreenshot(page, 'typed');
});

/** A key that Playwright's keyboard lacks, as a keyboard of its country sends it. */
async function press(keyboard: CDPSession, key: string): Promise<void> {
  await keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key, code: 'Digit2' });
  await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: 'Digit2' });
}
