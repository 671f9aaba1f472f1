import { once } from 'node:events';
import { join } from 'node:path';

import { GtkField } from '../gtkfield';
import { PYTHON } from '../jupyter';
import { startOn } from '../xclient';
import { note } from './abilities';
import { expect, test } from './fixtures';

test('the tile in JupyterLab opens a desktop, and the panel shows what X shows', async ({ desk, engine }) => {
  const { browser, jupyter } = desk;
  await browser.open(`${jupyter.url('lab')}&reset`);
  await expect.poll(() => desk.mark('.jp-LauncherCard', 'Desktop'), { timeout: 30_000 }).toBe(true);
  await desk.findOrigin();
  await desk.clickText('.jp-LauncherCard', 'Desktop');
  await desk.live();
  await GtkField.show(jupyter);
  await desk.showsDesktop();
  note(engine, 'Panel in JupyterLab', 'yes');

  const details = await browser.evaluate(async () => {
    void window.jupyterapp.commands.execute('vnc:show-details');
    while (document.querySelector('.jp-Desktop-details') === null) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    return document.querySelector('.jp-Desktop-details')!.textContent;
  });
  const keys = engine === 'chromium' ? 'sent to the desktop in full screen' : 'kept by this browser';
  expect(details).toContain(`Keyboard shortcuts${keys}`);
  expect(details).toContain(`H.264${engine === 'webkit' ? 'not supported by this browser' : 'supported'}`);
});

test('moving content arrives, and every pixel when it rests', async ({ desk, engine }) => {
  await desk.openPage();
  const film = await startOn(desk.jupyter, [PYTHON, join(__dirname, '../film.py')]);
  await once(film.stdout!, 'data');
  const samples = async () => (await desk.display.samples(await desk.screen())).join();
  for (let change = 0; change < 5; change++) {
    await expect.poll(samples, { timeout: 20_000 }).not.toBe(await samples());
  }
  await expect.poll(async () => (await desk.jupyter.model())!.clients).toBe(1);
  const { encoder } = (await desk.jupyter.model())!;
  film.kill();
  await once(film, 'exit');
  await desk.showsDesktop();
  note(engine, 'Page without JupyterLab', 'yes');
  note(engine, 'Moving content', encoder === null ? 'JPEG' : 'H.264');
});
