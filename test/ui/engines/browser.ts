import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { launch } from 'puppeteer-core';
import { Builder, Capabilities } from 'selenium-webdriver';

import { freePort } from '../jupyter';
import config from '../playwright.config';

import type { ChildProcess } from 'node:child_process';
import type { Browser, LaunchOptions, Page } from 'puppeteer-core';
import type { WebDriver } from 'selenium-webdriver';
import type { BrowserDisplay } from './display';

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const;

export type Engine = (typeof ENGINES)[number];

/** The time that a browser has to start, and to load a page. */
const START_TIMEOUT_MS = 40_000;

/** Where MiniBrowser's question has its buttons, in a window that fills the display. */
const [YES, NO] = [
  { x: 1230, y: 70 },
  { x: 1140, y: 70 }
];

/** A browser with one window. Input goes to its display; scripts only look. */
export interface IBrowser {
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Runs a function in the page; its arguments and its result are JSON. */
  evaluate<A extends unknown[], T>(script: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  /** Clicks something that reads the clipboard, and answers the browser's question. */
  answer(click: () => Promise<void>, isAllowed: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Starts a browser with an empty profile in a directory. */
export async function start(engine: Engine, directory: string, display: BrowserDisplay): Promise<IBrowser> {
  switch (engine) {
    case 'webkit':
      return MiniBrowser.start(display);
    case 'firefox':
      // Over WebDriver BiDi.
      return Puppeteered.start({ browser: engine, executablePath: '/usr/bin/firefox-esr' }, directory, display);
    case 'chromium': {
      const { executablePath, args } = config.use!.launchOptions!;
      // Without bars over the page that say how it was started.
      const options = { args: [...args!, '--test-type'], ignoreDefaultArgs: ['--enable-automation'] };
      return Puppeteered.start({ browser: 'chrome', executablePath, ...options }, directory, display);
    }
  }
}

class Puppeteered implements IBrowser {
  private constructor(
    private readonly _browser: Browser,
    private readonly _page: Page,
    private readonly _display: BrowserDisplay
  ) {}

  static async start(options: LaunchOptions, directory: string, display: BrowserDisplay): Promise<Puppeteered> {
    const browser = await launch({
      ...options,
      env: display.env,
      headless: false,
      defaultViewport: null,
      userDataDir: join(directory, 'profile'),
      extraPrefsFirefox: { 'focusmanager.testmode': false },
      timeout: START_TIMEOUT_MS
    });
    const [page] = await browser.pages();
    page.setDefaultTimeout(START_TIMEOUT_MS);
    // The question before a page with a desktop is left.
    page.on('dialog', dialog => void dialog.accept());
    return new Puppeteered(browser, page, display);
  }

  async open(url: string): Promise<void> {
    await this._page.goto(url);
  }

  async reload(): Promise<void> {
    await this._page.reload();
  }

  async evaluate<A extends unknown[], T>(script: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    return (await this._page.evaluate(expression(script, args))) as T;
  }

  async answer(click: () => Promise<void>, isAllowed: boolean): Promise<void> {
    if (!(await this._browser.version()).startsWith('firefox')) {
      const { origin } = new URL(this._page.url());
      await this._browser.defaultBrowserContext().overridePermissions(origin, isAllowed ? ['clipboard-read'] : []);
      return click();
    }
    // xdotool fails if a window goes while it searches.
    const search = () => this._display.run('xdotool', 'search', '--onlyvisible', '--class', 'firefox');
    const windows = () => search().catch(search);
    const before = await windows();
    await click();
    await expect.poll(windows, { message: 'Firefox shows its menu “Paste”' }).not.toBe(before);
    await expect(async () => {
      // Firefox ignores answers that come too early.
      await this._display.key(...(isAllowed ? ['Down', 'Return'] : ['Escape']));
      expect(await windows()).toBe(before);
    }).toPass();
  }

  async close(): Promise<void> {
    await this._browser.close();
  }
}

/** WebKitGTK's own small browser, whose clipboard and full screen are those of other programs with WebKitGTK. */
class MiniBrowser implements IBrowser {
  private constructor(
    private readonly _driver: WebDriver,
    private readonly _server: ChildProcess,
    private readonly _display: BrowserDisplay
  ) {}

  static async start(display: BrowserDisplay): Promise<MiniBrowser> {
    const port = await freePort();
    const server = spawn('WebKitWebDriver', [`--port=${port}`], { env: display.env, stdio: 'ignore' });
    try {
      await answers(port);
      const capabilities = new Capabilities().set('browserName', 'MiniBrowser');
      capabilities.set('webkitgtk:browserOptions', { binary: miniBrowser(), args: ['--automation'] });
      capabilities.set('timeouts', { script: START_TIMEOUT_MS, pageLoad: START_TIMEOUT_MS });
      const builder = new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities);
      return new MiniBrowser(await builder.build(), server, display);
    } catch (error) {
      server.kill();
      throw error;
    }
  }

  async open(url: string): Promise<void> {
    await this._driver.get(url);
  }

  async reload(): Promise<void> {
    await this._driver.navigate().refresh();
  }

  async evaluate<A extends unknown[], T>(script: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    return this._driver.executeScript<T>(`return ${expression(script, args)}`);
  }

  async answer(click: () => Promise<void>, isAllowed: boolean): Promise<void> {
    const { x, y } = isAllowed ? YES : NO;
    const button = async () => (await this._display.samples({ x: x - 24, y: y - 24, width: 48, height: 48 })).join();
    const before = await button();
    await click();
    await expect.poll(button, { message: 'MiniBrowser asks' }).not.toBe(before);
    // The question slides in.
    await expect(async () => expect(await button()).toBe(await button())).toPass();
    await this._display.click(x, y);
    await expect.poll(button, { message: 'the question is answered' }).toBe(before);
  }

  async close(): Promise<void> {
    await this._driver.quit();
    const ended = once(this._server, 'exit');
    this._server.kill();
    await ended;
  }
}

/** A call of a function, as text. */
function expression<A extends unknown[]>(script: (...args: A) => unknown, args: A): string {
  return `(${script.toString()})(...${JSON.stringify(args)})`;
}

/** Debian keeps it out of PATH, in the directory of WebKitGTK's API. */
function miniBrowser(): string {
  const [triplet] = readdirSync('/usr/lib').filter(name => name.endsWith('-linux-gnu'));
  const libraries = join('/usr/lib', triplet);
  const [api] = readdirSync(libraries).filter(name => /^webkit2gtk-4\.\d$/.test(name));
  return join(libraries, api, 'MiniBrowser');
}

async function answers(port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/status`);
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}
