import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';

import { startOn } from './xclient';

import type { ChildProcess } from 'node:child_process';
import type { Locator, Page } from '@playwright/test';
import type { Jupyter } from './jupyter';
import type { DesktopView } from './lab';

const RATE_HZ = 16000;

/** Longer than a test. */
const TONE_SECONDS = 300;

declare global {
  interface Window {
    /** What is connected to the loudspeakers. */
    outputs: AnalyserNode[];
  }
}

/** The environment of programs that play and record on a desktop. */
export function pulseServer(jupyter: Jupyter, name = 'default'): string {
  return `PULSE_SERVER=unix:${join(jupyter.runtime, name, 'pcm.sock')}`;
}

/** A tone that a program plays on a desktop. */
export class Tone {
  private constructor(private readonly _child: ChildProcess) {}

  static async play(jupyter: Jupyter, frequency: number, name?: string): Promise<Tone> {
    const file = join(jupyter.home, `tone-${frequency}.raw`);
    const samples = Int16Array.from({ length: RATE_HZ * TONE_SECONDS }, (_, index) =>
      Math.round(12000 * Math.sin((2 * Math.PI * frequency * index) / RATE_HZ))
    );
    writeFileSync(file, Buffer.from(samples.buffer));
    const argv = ['pacat', '--playback', '--raw', '--channels=1', `--rate=${RATE_HZ}`, file];
    return new Tone(await startOn(jupyter, ['env', pulseServer(jupyter, name), ...argv], name));
  }

  async end(): Promise<void> {
    const ended = once(this._child, 'exit');
    this._child.kill();
    await ended;
  }
}

/** Lets tests hear what a page plays. */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const connect = Reflect.get(AudioNode.prototype, 'connect') as (this: AudioNode, ...args: unknown[]) => AudioNode;
    window.outputs = [];
    AudioNode.prototype.connect = function (this: AudioNode, target: unknown, ...rest: unknown[]) {
      if (target instanceof AudioDestinationNode) {
        const analyser = new AnalyserNode(this.context, { fftSize: 8192, smoothingTimeConstant: 0 });
        window.outputs.push(analyser);
        connect.call(this, analyser);
      }
      return connect.call(this, target, ...rest);
    };
  });
}

/** The loudest frequency of what a page plays, in steps of 50 Hz; 0 while it is silent. */
export async function heard(page: Page): Promise<number> {
  return page.evaluate(() => {
    for (const analyser of window.outputs.filter(({ context }) => context.state === 'running')) {
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(spectrum);
      const loudest = spectrum.indexOf(Math.max(...spectrum));
      if (spectrum[loudest] > -60) {
        return Math.round((loudest * analyser.context.sampleRate) / analyser.fftSize / 50) * 50;
      }
    }
    return 0;
  });
}

/** Waits until a page plays a tone, or is silent (0). */
export async function hears(page: Page, frequency: number): Promise<void> {
  await expect.poll(() => heard(page), { message: `hears ${frequency} Hz` }).toBe(frequency);
}

/** The speaker of a desktop: in the toolbar of its panel, or in the bar of the page. */
export class Speaker {
  constructor(view: DesktopView) {
    const panel = view.page.locator('.jp-Desktop-panel', { has: view.node });
    this.node = panel.or(view.node).locator('.jp-Desktop-sound').first();
    this.button = this.node.locator('.jp-Desktop-soundButton');
    this.more = this.node.getByRole('button', { name: 'Volume and microphone' });
    this.popup = this.node.locator('.jp-Desktop-soundPopup');
  }

  readonly node: Locator;
  readonly button: Locator;
  readonly more: Locator;
  readonly popup: Locator;

  async is(state: string): Promise<void> {
    await expect(this.node).toHaveAttribute('data-state', state);
  }

  async unmute(): Promise<void> {
    await this.button.click();
    await this.is('playing');
  }
}
