import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

it('has a translation of each text in each language, with the same placeholders, and no others', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['scripts/translations/update.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8'
  });
  expect(stdout + stderr).toMatch(/^All \d+ texts are translated\.\n$/);
});

it('names catalogues without hyphens, of which JupyterLab replaces only the first', () => {
  const { stdout } = spawnSync('grep', ['-rhoE', String.raw`\.load\('[^']*'\)`, 'src'], {
    cwd: ROOT,
    encoding: 'utf8'
  });
  expect([...new Set(stdout.trim().split('\n'))].sort()).toEqual([".load('jupyter_vnc_proxy')", ".load('jupyterlab')"]);
});
