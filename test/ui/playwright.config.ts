import { defineConfig } from '@playwright/test';

import { START_TIMEOUT_MS, STATE_TIMEOUT_MS, TEST_TIMEOUT_MS } from './timing';

/** Debian's browser, so that nothing is downloaded. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: '.',
  testIgnore: '**/test/ui/engines/**',
  outputDir: '../../test-results',
  // Two browsers with two desktops would use two cores.
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: TEST_TIMEOUT_MS,
  expect: { timeout: STATE_TIMEOUT_MS, toPass: { timeout: STATE_TIMEOUT_MS } },
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    actionTimeout: STATE_TIMEOUT_MS,
    navigationTimeout: START_TIMEOUT_MS,
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  }
});
