import { defineConfig } from '@playwright/test';

import { ENGINES } from './browser';

import type { IWorkerFixtures } from './fixtures';

const TABLE = 'table.spec.ts';

/** The same scenarios in three engines, whose browsers Playwright doesn't start. */
export default defineConfig<object, IWorkerFixtures>({
  testDir: '.',
  outputDir: '../../../test-results/engines',
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  projects: [
    ...ENGINES.map(engine => ({ name: engine, use: { engine }, testIgnore: TABLE })),
    { name: 'table', testMatch: TABLE, dependencies: [...ENGINES] }
  ]
});
