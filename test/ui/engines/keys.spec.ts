import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { GtkField } from '../gtkfield';
import { startOn } from '../xclient';
import { note } from './abilities';
import { expect, test } from './fixtures';

test('what is typed arrives in a file through a terminal', async ({ desk, engine }) => {
  await desk.openPage();
  const { home } = desk.jupyter;
  const file = join(home, `typed-${engine}.txt`);
  const argv = ['xterm', '-u8', '-geometry', '80x20+0+0', '-e', 'bash', '-c', `read -r line; echo "$line" >${file}`];
  await startOn(desk.jupyter, argv);
  await (await desk.desktop()).run('xdotool', 'search', '--sync', '--onlyvisible', '--class', 'xterm');
  await desk.click(200, 150);
  await desk.display.type('Hello, World! ~{}[]|_?');
  await desk.display.key('at', 'EuroSign', 'ssharp', 'Udiaeresis', 'Return');
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toBe('Hello, World! ~{}[]|_?@€ßÜ\n');
  note(engine, 'Keys, with AltGr', 'yes');
});

test('composed text arrives once, and leaves no key down', async ({ desk, engine }) => {
  await desk.openPage();
  const field = await GtkField.show(desk.jupyter);
  await desk.click(300, 300);
  await desk.display.key('dead_acute', 'e');
  await field.has('é');
  // GTK's own input method for characters by their number.
  await desk.display.key('ctrl+shift+u', '4', 'f', '6', '0', 'Return');
  await field.has('é你');
  await desk.display.type('ok');
  await field.has('é你ok');
  note(engine, 'Input methods and dead keys', 'yes');
});
