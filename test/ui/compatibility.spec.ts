import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

import { expect, test } from './lab';
import { PYTHON } from './jupyter';

test('JupyterLab lists the extension as enabled and compatible', { tag: '@smoke' }, () => {
  // The list is part of the log.
  const { stdout, stderr } = spawnSync(PYTHON, ['-m', 'jupyterlab.labextensions', 'list'], { encoding: 'utf8' });
  expect(stripVTControlCharacters(stdout + stderr)).toMatch(/^\s*jupyter-vnc-proxy v\S+ enabled OK/m);
});
