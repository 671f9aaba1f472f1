/**
 * Drives Chromium for the bench: commands are lines of JSON on standard input, answers go to standard output.
 *
 *   open {login, url, width, height, ear}  logs in, opens a page with an empty cache and waits for the first picture;
 *                                     `ear`: whether what it plays can be recorded
 *   viewport {width, height}          resizes the window
 *   place {place}                     sets the position of the stamp; returns the offset of the page's clock
 *   size                              returns the size of the picture
 *   drain                             returns the samples since the last drain
 *   click {wait}                      clicks the picture and waits until it shows the click
 *   exact {sha256, since, wait}       waits until the picture has this digest
 *   trace {seconds}                   traces the whole browser; returns CPU milliseconds by stage and by event
 *   press {selector}                  presses a button of the page
 *   hear                              returns what was played since the last call
 *   screenshot {path}, close
 */
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CATEGORIES, summarize } from './trace.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PROBE = join(HERE, 'probe.js');
const EAR = join(HERE, 'ear.js');
const FLAGS =
  '--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required';
const FIRST_PICTURE = Number(process.env.FIRST ?? 60000);

let browser = null;
let context = null;
let page = null;
let frame = null;

/** Return the frame that has shown a picture. */
async function findFrame(deadline) {
  for (;;) {
    for (const each of page.frames()) {
      const seen = await each
        .evaluate(() => window.__bench !== undefined && window.__bench.first !== null)
        .catch(() => false);
      if (seen) {
        return each;
      }
    }
    if (Date.now() > deadline) {
      throw new Error('no picture appeared');
    }
    await page.waitForTimeout(20);
  }
}

/** Return by how many milliseconds the page's clock is ahead, from the fastest of 20 answers, and the uncertainty. */
async function clockOffset() {
  let best = { offset: 0, doubt: Infinity };
  for (let round = 0; round < 20; round++) {
    const before = performance.timeOrigin + performance.now();
    const there = await frame.evaluate(() => performance.timeOrigin + performance.now());
    const after = performance.timeOrigin + performance.now();
    if ((after - before) / 2 < best.doubt) {
      best = { offset: there - (before + after) / 2, doubt: (after - before) / 2 };
    }
  }
  return best;
}

const commands = {
  async open({ login, url, width, height, ear }) {
    browser ??= await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: FLAGS.split(' ')
    });
    await context?.close();
    // The ear's worklet is a blob.
    context = await browser.newContext({ viewport: { width, height }, bypassCSP: ear === true });
    await context.addInitScript({ path: PROBE });
    if (ear === true) {
      await context.addInitScript({ path: EAR });
    }
    page = await context.newPage();
    await page.goto(login, { timeout: FIRST_PICTURE });
    const began = performance.timeOrigin + performance.now();
    await page.goto(url, { waitUntil: 'commit', timeout: FIRST_PICTURE });
    frame = await findFrame(Date.now() + FIRST_PICTURE);
    const first = await frame.evaluate(() => performance.timeOrigin + window.__bench.first);
    return { first: first - began, version: browser.version() };
  },

  async viewport({ width, height }) {
    await page.setViewportSize({ width, height });
    return {};
  },

  async size() {
    return frame.evaluate(() => {
      const { picture } = window.__bench;
      const kind = picture === null ? '' : picture.localName;
      return {
        kind,
        width: picture?.videoWidth ?? picture?.width ?? 0,
        height: picture?.videoHeight ?? picture?.height ?? 0
      };
    });
  },

  async place({ place }) {
    await frame.evaluate(place => void (window.__bench.place = place), place);
    return clockOffset();
  },

  async drain() {
    return frame.evaluate(() => {
      const { samples, flips, unreadable, presented } = window.__bench;
      Object.assign(window.__bench, { samples: [], flips: 0, unreadable: 0 });
      return { origin: performance.timeOrigin, samples, flips, unreadable, presented };
    });
  },

  async click({ wait }) {
    const picture = await frame.evaluateHandle(() => window.__bench.picture);
    const box = await picture.boundingBox();
    await page.mouse.move(box.x + box.width / 2 + Math.random() * 50, box.y + box.height / 2);
    await frame.evaluate(() => {
      window.__bench.presses.length = 0;
      window.__bench.before = window.__bench.clicks;
    });
    await page.mouse.down();
    await page.mouse.up();
    return frame.evaluate(async wait => {
      const probe = window.__bench;
      const deadline = performance.now() + wait;
      for (;;) {
        const pressed = probe.presses[0];
        const seen = probe.samples.find(([time, , , clicks]) => time > pressed && clicks !== probe.before);
        if (seen !== undefined || performance.now() > deadline) {
          return { took: seen === undefined ? null : seen[0] - pressed };
        }
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    }, wait);
  },

  async exact({ sha256, since, wait }) {
    return frame.evaluate(
      async ([sha256, since, wait]) => {
        const deadline = performance.now() + wait;
        for (;;) {
          const at = performance.timeOrigin + performance.now();
          if (window.__bench.context2d !== window.__bench.picture) {
            return { took: null };
          }
          if ((await window.__bench.digest()) === sha256) {
            return { took: Math.max(0, at - since) };
          }
          if (performance.now() > deadline) {
            return { took: null };
          }
          await new Promise(resolve => setTimeout(resolve, 20));
        }
      },
      [sha256, since, wait]
    );
  },

  async trace({ seconds }) {
    const session = await browser.newBrowserCDPSession();
    const events = [];
    session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
    const complete = new Promise(resolve => session.once('Tracing.tracingComplete', resolve));
    const traceConfig = { includedCategories: CATEGORIES, excludedCategories: ['*'], recordMode: 'recordUntilFull' };
    await session.send('Tracing.start', { traceConfig, transferMode: 'ReportEvents' });
    const began = Date.now();
    await new Promise(resolve => setTimeout(resolve, seconds * 1000));
    const ended = Date.now();
    await session.send('Tracing.end');
    await complete;
    await session.detach();
    return { began: began / 1000, ended: ended / 1000, ...summarize(events) };
  },

  async press({ selector }) {
    // The bar of the page is hidden while the pointer is elsewhere.
    await frame.locator(selector).dispatchEvent('click');
    return {};
  },

  async hear() {
    return frame.evaluate(() => window.__benchEar.drain());
  },

  async screenshot({ path }) {
    await page.screenshot({ path });
    return {};
  },

  /** Close the page, as a viewer who leaves. */
  async close() {
    await context?.close();
    context = null;
    return {};
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = await commands[command.do](command);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify({ ...answer, id: command.id }) + '\n');
}
await browser?.close();
