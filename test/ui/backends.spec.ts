import { DesktopView, expect, openLab, runCommand, test } from './lab';
import { jupyterForFile } from './jupyter';
import { listeningPorts } from './processes';
import { XWindow } from './xclient';

const jupyter = jupyterForFile();

for (const [backend, transport] of [
  ['x11vnc', 'direct'],
  ['x11vnc', 'websockify'],
  ['x11vnc', 'native'],
  ['tigervnc', 'direct'],
  ['tigervnc', 'websockify']
]) {
  test(`${backend} with ${transport} draws, takes keys and opens no port`, async ({ page }) => {
    const name = `${backend}-${transport}`;
    await jupyter.post('api/desktops', { name, backend, transport, session: 'terminal' });
    await openLab(page, jupyter);
    await runCommand(page, 'vnc:open', { name });
    const view = new DesktopView(page);
    await view.live();
    await expect(view.tab).toHaveText(name);
    expect(await jupyter.model(name)).toMatchObject({ backend, transport, phase: 'running' });
    const window = await XWindow.show(jupyter, undefined, name);
    await window.seen(view);
    await window.type(view, 'Key!');
    window.close();

    const ports = jupyter.processes().flatMap(({ pid }) => listeningPorts(pid));
    expect([...new Set(ports)]).toEqual([jupyter.port]);
    await jupyter.post(`api/desktops/${name}/stop`);
  });
}

for (const backend of ['tigervnc', 'x11vnc']) {
  test(`${backend}: the desktop has the panel's size, and follows it`, async ({ page }) => {
    await jupyter.post('api/desktops', { name: backend, backend });
    await openLab(page, jupyter);
    await runCommand(page, 'vnc:open', { name: backend });
    const view = new DesktopView(page);
    await view.live();
    const sizes = async () => ({
      place: await view.place(),
      canvas: await view.size(),
      shown: await view.shownSize(),
      model: (await jupyter.model(backend))!.geometry
    });
    const all = (size: string) => ({ place: size, canvas: size, shown: size, model: size });
    await expect.poll(sizes, { message: 'as it opens' }).toEqual(all(await view.place()));
    for (const [width, height] of [
      [1500, 900],
      [900, 600]
    ]) {
      const before = await view.place();
      await page.setViewportSize({ width, height });
      await expect.poll(() => view.place()).not.toBe(before);
      await expect.poll(sizes, { message: `in a window of ${width}x${height}` }).toEqual(all(await view.place()));
    }
    await jupyter.post(`api/desktops/${backend}/stop`);
  });
}
