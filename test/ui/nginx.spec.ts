import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DesktopView, expect, saveScreenshot, test } from './lab';
import { freePort, jupyterForFile, PYTHON } from './jupyter';
import { listeningPorts } from './processes';
import { XWindow } from './xclient';

const jupyter = jupyterForFile({ config: { VncProxy: { session_command: ['openbox'] } } });

for (const [backend, transport] of [
  ['tigervnc', 'direct'],
  ['x11vnc', 'native']
]) {
  test(`nginx shows ${backend} with ${transport} and takes keys, while no Jupyter runs`, async ({ page }) => {
    const name = `${backend}-${transport}`;
    await jupyter.post('api/desktops', { name, backend, transport });
    await expect.poll(async () => jupyter.model(name)).toMatchObject({ phase: 'running' });
    const window = await XWindow.show(jupyter, undefined, name);
    await jupyter.kill();

    const port = await freePort();
    const argv = ['-m', 'jupyter_vnc_proxy', 'nginx', '--run', '--desktop', name, '--listen', `127.0.0.1:${port}`];
    const nginx = spawn(PYTHON, argv, { env: jupyter.environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = (await once(nginx.stdout, 'data')) as [Buffer];
    await page.goto(url.toString().trim());
    const view = new DesktopView(page);
    await view.live();
    await window.seen(view);
    await window.type(view, 'Key!');
    await saveScreenshot(page, `nginx-${name}`);
    // nginx writes its title over its environment, so it is not among the others.
    const pid = Number(readFileSync(join(jupyter.runtime, name, 'nginx/pid'), 'utf8'));
    expect(listeningPorts(pid)).toEqual([port]);
    expect(jupyter.processes().flatMap(({ pid }) => listeningPorts(pid))).toEqual([]);

    window.close();
    nginx.kill();
    expect(await once(nginx, 'exit')).toEqual([0, null]);
    await expect(view.node).toHaveAttribute('data-phase', 'lost');
    await jupyter.start(); // which adopts the desktop
    await jupyter.post(`api/desktops/${name}/stop`);
  });
}
