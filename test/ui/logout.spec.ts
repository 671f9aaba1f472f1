import { once } from 'node:events';
import { expect, saveScreenshot, openDesktop, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { colours } from './pixels';
import { ageOf, environmentOf } from './processes';
import { startOn } from './xclient';

const jupyter = jupyterForFile();

test('after a log-out the panel shows "stopped", and Start works', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const session = jupyter.processes().find(({ name }) => name === 'xfce4-session')!;
  await expect.poll(() => ageOf(session.pid), { message: 'no session that failed to start' }).toBeGreaterThan(4);
  const bus = environmentOf(session.pid).DBUS_SESSION_BUS_ADDRESS;
  // As "Log Out" in Xfce's panel does, without confirmation; Xfce refuses while it is still starting programs.
  const logOut = ['/org/xfce/SessionManager', 'org.xfce.Session.Manager.Logout', 'boolean:false', 'boolean:false'];
  const ask = ['dbus-send', `--bus=${bus}`, '--print-reply', '--dest=org.xfce.SessionManager', ...logOut];
  await expect
    .poll(async () => (await once(await startOn(jupyter, ask), 'exit'))[0] as number, { message: 'Xfce logs out' })
    .toBe(0);
  await view.phase('stopped');
  await expect(view.tab).toHaveText('Desktop (stopped)');
  await expect(view.status).toContainText('The desktop is stopped');
  await expect(view.button('Start')).toBeVisible();
  await saveScreenshot(page, 'stopped');
  await expect.poll(async () => (await jupyter.model())?.phase).toBe('stopped');

  await view.button('Start').click();
  await view.live();
  await sessionUp(jupyter);
  await expect.poll(() => colours(view.canvas)).toBeGreaterThan(3);
  await expect(view.tab).toHaveText('Desktop');
});
