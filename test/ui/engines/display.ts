import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { PYTHON } from '../jupyter';

import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** The time that a program such as xdotool may take. */
const COMMAND_TIMEOUT_MS = 10_000;

/** The pause between two keys, as of a fast typist. */
const KEY_DELAY_MS = 20;

/** openbox fills the display with the browser's window. */
const OPENBOX = `<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc"><applications>
  <application type="normal"><decor>no</decor><maximized>yes</maximized></application>
</applications></openbox_config>`;

export interface IRectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** An X display: the browser's own one, or a desktop's. */
export class Display {
  constructor(readonly env: Record<string, string>) {}

  /** Runs a program on the display; returns what it writes. */
  run(program: string, ...args: string[]): Promise<string> {
    const options = { env: this.env, timeout: COMMAND_TIMEOUT_MS, encoding: 'utf8' as const };
    return new Promise((resolve, reject) => {
      execFile(program, args, options, (error, output) =>
        error === null ? resolve(output) : reject(new Error(error.message))
      );
    });
  }

  /** Copies a text, as a program on the display does; it ends when something else is copied. */
  async copy(text: string): Promise<void> {
    const child = spawn('/usr/bin/python3', [join(__dirname, 'gtkcopy.py')], {
      env: this.env,
      stdio: ['pipe', 'pipe', 'ignore']
    });
    child.stdin.end(text);
    await once(child.stdout, 'data');
  }

  /** What a program on the display would paste; '' if there is nothing. */
  async clipboard(): Promise<string> {
    return this.run('xclip', '-o', '-selection', 'clipboard').catch(() => '');
  }

  /** The colours of a grid of pixels of the display, as `#rrggbb`, row by row. */
  async samples({ x, y, width, height }: IRectangle): Promise<string[]> {
    const place = `${width}x${height}+${x}+${y}`;
    return (await this.run(PYTHON, join(__dirname, 'pixels.py'), place)).trim().split('\n');
  }
}

/** A display with a German keyboard for one browser; its keys and its pointer are those of a person. */
export class BrowserDisplay extends Display {
  private constructor(
    env: Record<string, string>,
    private readonly _children: ChildProcess[]
  ) {
    super(env);
  }

  /** Starts it; `directory` has room for its files. */
  static async start(directory: string, env: Record<string, string>): Promise<BrowserDisplay> {
    const argv = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp', '-noreset'];
    const server = spawn('Xvfb', argv, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const [number] = (await once(createInterface(server.stdio[3] as Readable), 'line')) as [string];
    const own = { ...env, DISPLAY: `:${number}` };
    const config = join(directory, 'openbox.xml');
    writeFileSync(config, OPENBOX);
    const manager = spawn('openbox', ['--config-file', config], { env: own, stdio: 'ignore' });
    const display = new BrowserDisplay(own, [manager, server]);
    await display.run('setxkbmap', 'de');
    return display;
  }

  /** Presses keys, each such as `ctrl+v`. */
  async key(...keys: string[]): Promise<void> {
    await this.run('xdotool', 'key', '--delay', String(KEY_DELAY_MS), ...keys);
  }

  async type(text: string): Promise<void> {
    await this.run('xdotool', 'type', '--delay', String(KEY_DELAY_MS), text);
  }

  async move(x: number, y: number): Promise<void> {
    await this.run('xdotool', 'mousemove', String(Math.round(x)), String(Math.round(y)));
  }

  async click(x: number, y: number): Promise<void> {
    await this.move(x, y);
    await this.run('xdotool', 'click', '1');
  }

  /** What it shows, as PNG. */
  async screenshot(): Promise<Buffer> {
    const child = spawn(PYTHON, [join(__dirname, 'screenshot.py')], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'ignore']
    });
    return Buffer.concat((await child.stdout.toArray()) as Buffer[]);
  }

  async stop(): Promise<void> {
    for (const child of this._children) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill();
        await ended;
      }
    }
  }
}
