import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DesktopView, expect, saveScreenshot, openDesktop, openLab, runCommand, test } from './lab';
import { jupyterForFile, PYTHON, REPOSITORY } from './jupyter';
import { pixel } from './pixels';
import { listeningPorts } from './processes';
import { XWindow } from './xclient';

const jupyter = jupyterForFile();

const ways: [string, string, Record<string, string>?][] = [
  ['stream', 'direct'],
  ['x11vnc', 'direct'],
  ['x11vnc', 'websockify'],
  ['x11vnc', 'native'],
  ['x11vnc', 'direct', { xserver: 'xdummy' }],
  ['tigervnc', 'direct'],
  ['tigervnc', 'websockify'],
  ['wayland', 'direct'],
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
    const window = await XWindow.show(jupyter, undefined, name, backend === 'wayland');
    await window.seen(view);
    await window.type(view, 'Key!');
    await saveScreenshot(page, name);
    window.close();

    const ports = jupyter.processes().flatMap(({ pid }) => listeningPorts(pid));
    expect([...new Set(ports)]).toEqual([jupyter.port]);
    await jupyter.post(`api/desktops/${name}/stop`);
  });
}

test('rdp shows a prompt for the user name on the desktop', async ({ page }) => {
  await jupyter.post('api/desktops', { name: 'rdp', backend: 'rdp', options: { rdp_host: '127.0.0.1:9' } });
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'rdp' });
  const view = new DesktopView(page);
  await view.live();
  expect(await jupyter.model('rdp')).toMatchObject({ backend: 'rdp', session: 'rdp', phase: 'running' });
  await expect.poll(() => pixel(view.canvas, 300, 300), { message: 'the terminal' }).toBe('#f0f0f0');
  await jupyter.post('api/desktops/rdp/stop');
});

for (const backend of ['stream', 'tigervnc', 'x11vnc']) {
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
    const areEqual = async () => new Set(Object.values(await sizes())).size === 1;
    await expect.poll(areEqual, { message: 'as it opens' }).toBe(true);
    for (const [width, height] of [
      [1500, 900],
      [900, 600]
    ]) {
      const before = await view.place();
      await page.setViewportSize({ width, height });
      await expect.poll(() => view.place()).not.toBe(before);
      await expect.poll(areEqual, { message: `in a window of ${width}x${height}` }).toBe(true);
    }
    await jupyter.post(`api/desktops/${backend}/stop`);
  });
}

test('the tile opens a desktop with the best backend, without notes', async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  expect(await jupyter.model()).toMatchObject({ backend: 'stream', transport: 'direct', notes: [] });
  const window = await XWindow.show(jupyter);
  await window.seen(view);
  await window.type(view, 'Key!');
  window.close();
  await jupyter.removeDesktops();
});

test.describe('if pixelflux is installed without a library that it needs', () => {
  const engine = join(tmpdir(), `vncui-engine-${process.pid}`);

  test.beforeAll(() => {
    mkdirSync(engine);
    const script =
      'import pathlib, sys; from support import standins; standins.break_engine(pathlib.Path(sys.argv[1]))';
    execFileSync(PYTHON, ['-c', script, engine], { cwd: join(REPOSITORY, 'test/server') });
  });
  test.afterAll(() => rmSync(engine, { recursive: true, force: true }));

  const other = jupyterForFile({ env: { PYTHONPATH: engine } });

  test('TigerVNC shows the desktop, and its notes show the reason and the fix', async ({ page }) => {
    const view = await openDesktop(page, other);
    const { backend, notes, encoder } = (await other.model())!;
    expect([backend, encoder]).toEqual(['tigervnc', null]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain("can't be loaded: libgbm.so.9 is missing");
    expect(notes[0]).toContain('apt-get install --no-install-recommends libgbm1 libpixman-1-0 libxkbcommon0');
    const window = await XWindow.show(other);
    await window.seen(view);
    window.close();
  });

  test('a desktop with the backend stream fails with the reason and the command', async ({ page }) => {
    await other.post('api/desktops', { name: 'named', backend: 'stream' });
    await openLab(page, other);
    await runCommand(page, 'vnc:open', { name: 'named' });
    const view = new DesktopView(page, { name: 'named' });
    await view.phase('failed');
    await expect(view.status.locator('.jp-Desktop-reason')).toContainText(
      "pixelflux (capture and H.264) can't be loaded"
    );
    await expect(view.status.locator('.jp-Desktop-command code')).toContainText('libgbm1');
    await saveScreenshot(page, 'stream-cannot-load');
  });
});
