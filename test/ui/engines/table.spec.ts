import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';

import { PYTHON, REPOSITORY } from '../jupyter';

test('the table in the documentation says what the browsers have done', () => {
  const argv = [join(REPOSITORY, 'scripts/document_browsers.py'), '--check'];
  const { status, stderr } = spawnSync(PYTHON, argv, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
