import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';

import { Jupyter } from '../jupyter';
import { lives, processesWith } from '../processes';
import { start } from './browser';
import { Desk } from './desk';
import { BrowserDisplay } from './display';

import type { Engine } from './browser';

export { expect };

interface IFixtures {
  /** Saves what the browser's display shows if the test fails, and removes the desktop. */
  end: void;
}

export interface IWorkerFixtures {
  engine: Engine;
  /** One Jupyter server, display and browser for all tests of an engine. */
  desk: Desk;
}

export const test = base.extend<IFixtures, IWorkerFixtures>({
  engine: ['chromium', { scope: 'worker', option: true }],

  desk: [
    async ({ engine }, use) => {
      const directory = mkdtempSync(join(tmpdir(), 'vncengine-'));
      const marker = `VNC_ENGINE=${directory}`;
      const [home, runtime] = [join(directory, 'home'), join(directory, 'run')];
      mkdirSync(home);
      mkdirSync(runtime, { mode: 0o700 });
      const env = {
        PATH: process.env.PATH!,
        HOME: home,
        XDG_RUNTIME_DIR: runtime,
        LANG: 'C.UTF-8',
        NO_AT_BRIDGE: '1',
        GTK_IM_MODULE: 'gtk-im-context-simple',
        GSETTINGS_BACKEND: 'memory',
        VNC_ENGINE: directory
      };
      const jupyter = new Jupyter({ config: { VncProxy: { session_command: ['openbox'] } } });
      const display = await BrowserDisplay.start(directory, env);
      try {
        const [, browser] = await Promise.all([jupyter.start(), start(engine, directory, display)]);
        try {
          await use(new Desk(browser, display, jupyter));
        } finally {
          await browser.close();
        }
      } finally {
        await display.stop();
        await jupyter.stop();
        const left = () => processesWith(marker).filter(({ pid }) => lives(pid));
        try {
          await expect.poll(() => left().map(({ name }) => name), { message: 'left by the browser' }).toEqual([]);
        } finally {
          left().forEach(({ pid }) => process.kill(pid, 'SIGKILL'));
          rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
        }
      }
    },
    { scope: 'worker', timeout: 90_000 }
  ],

  end: [
    async ({ desk }, use, info) => {
      await use();
      if (info.status !== info.expectedStatus) {
        writeFileSync(info.outputPath('display.png'), await desk.display.screenshot());
        await info.attach('logs', { body: desk.jupyter.log(), contentType: 'text/plain' });
      }
      await desk.jupyter.removeDesktops();
    },
    { auto: true }
  ]
});
