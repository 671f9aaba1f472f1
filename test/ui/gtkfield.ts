import { join } from 'node:path';
import { expect } from '@playwright/test';

import { activate, startOn } from './xclient';

import type { Jupyter } from './jupyter';

/** A GTK text field that fills a desktop. */
export class GtkField {
  private constructor() {
    // Made by `show`.
  }

  static async show(jupyter: Jupyter): Promise<GtkField> {
    const field = new GtkField();
    const child = await startOn(jupyter, ['/usr/bin/python3', join(__dirname, 'gtkfield.py')]);
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (field._output += text));
    await expect.poll(() => field._output, { message: 'the field is shown' }).not.toBe('');
    await activate(jupyter, '--pid', String(child.pid));
    return field;
  }

  /** Its text. */
  get text(): string {
    return JSON.parse(this._output.trim().split('\n').at(-1)!) as string;
  }

  async has(text: string): Promise<void> {
    await expect.poll(() => this.text).toBe(text);
  }

  private _output = '';
}
