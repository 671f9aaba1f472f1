import { countSockets, dismissConnectionError, expect, saveScreenshot, openDesktop, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { lives } from './processes';
import { XWindow } from './xclient';

const jupyter = jupyterForFile({ config: { VncProxy: { backend: 'x11vnc' } } });

test('when x11vnc is killed, the panel reconnects', async ({ page }) => {
  const sockets = countSockets(page);
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const window = await XWindow.show(jupyter);
  await window.seen(view);
  const server = jupyter.processes().find(({ name }) => name === 'x11vnc')!;
  process.kill(server.pid, 'SIGKILL');
  // The panel may be without connection for less time than between two looks.
  await expect.poll(() => sockets.opened).toBeGreaterThan(1);
  await view.live();
  await window.seen(view);
  window.close();
});

test('when Jupyter is killed, the panel shows it, and the next server has the same desktop', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const window = await XWindow.show(jupyter);
  const { display } = (await jupyter.model())!;
  const session = jupyter.processes().find(({ name }) => name === 'xfce4-session')!;
  await dismissConnectionError(page);
  await jupyter.kill();
  await view.phase('lost');
  await expect(view.status).toContainText('Connection lost');
  await expect(view.status).toContainText(/Trying again in \d+ s/);
  await expect(view.button('Try Now')).toBeVisible();
  await expect(view.tab).toHaveText('Desktop (reconnecting)');
  await saveScreenshot(page, 'lost');

  await jupyter.start();
  await view.live();
  expect(await jupyter.model()).toMatchObject({ phase: 'running', display });
  expect(lives(session.pid)).toBe(true);
  await window.seen(view);
  await expect(view.tab).toHaveText('Desktop');
  await saveScreenshot(page, 'back');
  await window.type(view, 'Still here');
  window.close();
});
