import { join } from 'node:path';

import { dropInVain, FileDrag, write } from './files';
import { DesktopView, expect, saveScreenshot, openDesktop, openLab, test, tile } from './lab';
import { COLOURS, paint, painted } from './desktops';
import { jupyterForFile } from './jupyter';
import { XWindow } from './xclient';

const VncProxy = { session_command: ['openbox'] };
const jupyter = jupyterForFile({ config: { VncProxy } });

test('the plain page starts its desktop', async ({ page }) => {
  await page.goto(jupyter.url('vnc/'));
  const view = new DesktopView(page);
  await view.live();
  await paint(jupyter, 'default', COLOURS.red);
  await painted(view, COLOURS.red);
  await jupyter.removeDesktops();
});

test('without the server extension, jupyter-server-proxy shows a desktop that is already running', async ({ page }) => {
  const before = await openDesktop(page, jupyter);
  await paint(jupyter, 'default', COLOURS.green);
  const window = await XWindow.show(jupyter);
  await window.seen(before);
  const { display } = (await jupyter.model())!;
  await jupyter.kill();
  jupyter.configure({ VncProxy, ServerApp: { jpserver_extensions: { jupyter_vnc_proxy: false } } });
  await jupyter.start();

  expect((await fetch(jupyter.url('api/desktops'))).status).toBe(404);
  await openLab(page, jupyter);
  await tile(page).click();
  const view = new DesktopView(page);
  await view.live();
  await painted(view, COLOURS.green);
  await window.seen(view);
  await window.type(view, 'Same');
  expect(await jupyter.model('default', 'vnc/api/desktops')).toMatchObject({ phase: 'running', display });
  await saveScreenshot(page, 'other-route');

  // The page of jupyter-server-proxy has no files; it must not show them in its place either.
  await page.goto(jupyter.url('vnc/'));
  const own = new DesktopView(page);
  await own.live();
  const drag = await FileDrag.over(own, write(join(jupyter.home, 'a.txt'), 'a'));
  await expect(own.node.locator('.jp-Desktop-dropHint')).toBeHidden();
  await dropInVain(own, drag);
  window.close();
});
