import { DesktopView, expect, openLab, runCommand, test } from './lab';
import { jupyterForFile } from './jupyter';
import { pixel } from './pixels';
import { listeningPorts } from './processes';
import { XWindow } from './xclient';

const jupyter = jupyterForFile();

const ways: [string, string, Record<string, string>?][] = [
  ['x11vnc', 'direct'],
  ['x11vnc', 'websockify'],
  ['x11vnc', 'native'],
  ['x11vnc', 'direct', { xserver: 'xdummy' }],
  ['tigervnc', 'direct'],
  ['tigervnc', 'websockify'],
  ['wayland', 'wayvnc']
];

for (const [backend, transport, options = {}] of ways) {
  const name = [backend, transport, ...Object.values(options)].join('-');
  test(`${name} draws, takes keys and opens no port`, async ({ page }) => {
    test.skip(transport === 'wayvnc' && process.getuid!() === 0, 'sway refuses root');
    await jupyter.post('api/desktops', { name, backend, transport, options, session: 'terminal' });
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

test('rdp asks for a name on the desktop', async ({ page }) => {
  await jupyter.post('api/desktops', { name: 'rdp', backend: 'rdp', options: { rdp_host: '127.0.0.1:9' } });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'rdp' });
  const view = new DesktopView(page);
  await view.live();
  expect(await jupyter.model('rdp')).toMatchObject({ backend: 'rdp', session: 'rdp', phase: 'running' });
  await expect.poll(() => pixel(view.canvas, 300, 300), { message: 'the terminal' }).toBe('#f0f0f0');
  await jupyter.post('api/desktops/rdp/stop');
});

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
