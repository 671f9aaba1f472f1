import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { DesktopView, expect, openLab, runCommand, test } from './lab';
import { jupyterForFile, REPOSITORY } from './jupyter';

const directory = join(tmpdir(), `vncui-extension-${process.pid}`);

/** Compiles the extension against the package's declarations and builds it, as its author would. */
test.beforeAll(() => {
  test.setTimeout(180_000);
  cpSync(join(__dirname, 'extension'), directory, { recursive: true });
  const modules = join(directory, 'node_modules');
  mkdirSync(modules);
  symlinkSync(REPOSITORY, join(modules, 'jupyter-vnc-proxy'));
  for (const scope of ['@jupyter', '@jupyterlab', '@lumino']) {
    symlinkSync(join(REPOSITORY, 'node_modules', scope), join(modules, scope));
  }
  const PATH = [join(REPOSITORY, '.venv/bin'), process.env.PATH].join(delimiter);
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: directory, env: { ...process.env, PATH }, encoding: 'utf8' });
  run(join(REPOSITORY, 'node_modules/.bin/tsc'), '-p', '.');
  run('jupyter', 'builder', 'build', '.');
});
test.afterAll(() => rmSync(directory, { recursive: true, force: true }));

const jupyter = jupyterForFile({
  config: { VncProxy: { session_command: ['openbox'] } },
  env: { JUPYTER_PATH: join(directory, 'share') }
});

test('an extension by a third party gets the manager and the tracker', async ({ page }) => {
  const body = page.locator('body');
  await openLab(page, jupyter);
  await runCommand(page, 'vnc:open', { name: 'default' });
  const view = new DesktopView(page);
  await view.live();
  await expect(body).toHaveAttribute('data-observed-panel', 'default: connected');
  await expect(body).toHaveAttribute('data-observed-desktops', 'default: running');
  await jupyter.post('api/desktops/default/stop');
  await view.phase('stopped');
  await expect(body).toHaveAttribute('data-observed-panel', 'default: disconnected');
});
