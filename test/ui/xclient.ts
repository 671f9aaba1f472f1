import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from '@playwright/test';

import { PYTHON } from './jupyter';
import { pixel } from './pixels';

import type { ChildProcess } from 'node:child_process';
import type { Jupyter } from './jupyter';
import type { DesktopView } from './lab';

/** A window in a corner, with a point to click, and another to read its colour away from the pointer. */
const PLACE = '240x160+40+40';
const CLICK = { x: 120, y: 60 };
const LOOK = { x: 20, y: 130 };

/** Starts a program on a desktop; it ends with its display, if not before. */
export async function startOn(jupyter: Jupyter, argv: string[], name = 'default'): Promise<ChildProcess> {
  const model = await jupyter.model(name);
  const { display, xauthority } = model!;
  const env = { ...jupyter.environment(), DISPLAY: display, XAUTHORITY: xauthority };
  return spawn(argv[0], argv.slice(1), { cwd: jupyter.home, env, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Runs a program on a desktop, and returns what it prints. */
export async function outputOf(jupyter: Jupyter, argv: string[], name?: string): Promise<string> {
  return (await (await startOn(jupyter, argv, name)).stdout!.toArray()).join('');
}

/** Waits until the window that `xdotool search` finds is the active one, which gets the keys. */
export async function activate(jupyter: Jupyter, ...search: string[]): Promise<void> {
  const isActive = async () => {
    const found = (await outputOf(jupyter, ['xdotool', 'search', '--onlyvisible', ...search]))
      .split('\n')
      .filter(Boolean);
    if (found.length > 0) {
      await outputOf(jupyter, ['xdotool', 'windowactivate', found[0]]);
    }
    return found.includes((await outputOf(jupyter, ['xdotool', 'getactivewindow'])).trim());
  };
  await expect.poll(isActive, { message: `the window ${search.join(' ')} is active` }).toBe(true);
}

/** A window of one colour in a corner of a desktop, above all others, which notes the keys that it gets. */
export class XWindow {
  private constructor(
    private readonly _child: ChildProcess,
    private readonly _colour: string
  ) {
    _child.stdout!.setEncoding('utf8').on('data', (text: string) => (this._output += text));
  }

  /** Shows it; a part of the colour, as `#rrggbb`, has to be a multiple of 16. */
  static async show(jupyter: Jupyter, colour = '#e0a020', name?: string, managed = false): Promise<XWindow> {
    const argv = [PYTHON, join(__dirname, 'xwindow.py'), colour.slice(1), PLACE, ...(managed ? ['managed'] : [])];
    const window = new XWindow(await startOn(jupyter, argv, name), colour);
    await expect.poll(() => window._output, { message: 'the window is shown' }).toContain('shown');
    return window;
  }

  /** Waits until it is seen in the browser. */
  async seen(view: DesktopView): Promise<void> {
    const { x, y } = this._place(LOOK);
    await expect.poll(() => pixel(view.canvas, x, y)).toBe(this._colour);
  }

  /** Clicks it in the browser, so that it gets the keys. */
  async click(view: DesktopView): Promise<void> {
    await view.canvas.click({ position: this._place(CLICK) });
    await expect.poll(() => this._output, { message: 'the click arrives' }).toContain('clicked');
  }

  /** Waits until the last keys that it has got are these keysyms. */
  async got(...keysyms: number[]): Promise<void> {
    await expect.poll(() => this._keysyms().slice(-keysyms.length)).toEqual(keysyms);
  }

  /** Clicks it in the browser, types, and waits until it has got every key. */
  async type(view: DesktopView, text: string): Promise<void> {
    await this.click(view);
    await view.page.keyboard.type(text);
    await expect.poll(() => this._keys()).toBe(text);
  }

  /** Clicks it in the browser and types; waits until a later key of another viewer arrives, and nothing before it. */
  async ignores(view: DesktopView, text: string, other: DesktopView): Promise<void> {
    const before = this._keys();
    const { x, y } = this._place(CLICK);
    const box = (await view.canvas.boundingBox())!;
    await view.page.mouse.click(box.x + x, box.y + y);
    await view.page.keyboard.type(text);
    await other.canvas.click({ position: this._place(CLICK) });
    await other.page.keyboard.type('!');
    await expect.poll(() => this._keys()).toBe(`${before}!`);
  }

  close(): void {
    this._child.kill();
  }

  /** A place in the window as one on the desktop. */
  private _place({ x, y }: { x: number; y: number }): { x: number; y: number } {
    const [, left, top] = /^at (-?\d+) (-?\d+)$/m.exec(this._output)!;
    return { x: Number(left) + x, y: Number(top) + y };
  }

  /** The typed characters, without keys such as Shift that are not in Latin-1. */
  private _keys(): string {
    return String.fromCharCode(...this._keysyms().filter(keysym => keysym < 256));
  }

  private _keysyms(): number[] {
    return [...this._output.matchAll(/^0x(.*)$/gm)].map(([, digits]) => parseInt(digits, 16));
  }

  private _output = '';
}
