import { defineConfig } from '@playwright/test';

import config from '../playwright.config';
import { ENGINES } from './browser';

import type { IWorkerFixtures } from './fixtures';

const { workers, retries, forbidOnly, timeout, expect } = config;

const TABLE = 'table.spec.ts';

/** The same scenarios in three engines, whose browsers Playwright doesn't start. */
export default defineConfig<object, IWorkerFixtures>({
  testDir: '.',
  outputDir: '../../../test-results/engines',
  workers,
  retries,
  forbidOnly,
  timeout,
  expect,
  reporter: 'list',
  projects: [
    ...ENGINES.map(engine => ({ name: engine, use: { engine }, testIgnore: TABLE })),
    { name: 'table', testMatch: TABLE, dependencies: [...ENGINES] }
  ]
});
