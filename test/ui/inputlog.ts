import { join } from 'node:path';
import { expect } from '@playwright/test';

import { PYTHON } from './jupyter';
import { startOn } from './xclient';

import type { ChildProcess } from 'node:child_process';
import type { Jupyter } from './jupyter';

const WARPER = join(__dirname, '../server/support/stream/warper.py');

/** A program on a desktop that prints lines. */
export class DesktopProgram {
  private constructor(private readonly _child: ChildProcess) {
    _child.stdout!.setEncoding('utf8').on('data', (text: string) => (this._output += text));
  }

  /** Starts a program, and waits until it is shown. */
  static async start(jupyter: Jupyter, file: string, ...args: string[]): Promise<DesktopProgram> {
    const program = new DesktopProgram(await startOn(jupyter, [PYTHON, file, ...args]));
    await expect.poll(() => program.lines, { message: 'the window is shown' }).toContain('shown');
    return program;
  }

  /** A window over the whole desktop that prints what pointer and keyboard do. */
  static async log(jupyter: Jupyter): Promise<DesktopProgram> {
    return DesktopProgram.start(jupyter, join(__dirname, 'inputlog.py'));
  }

  /** A program that keeps the pointer in the middle and prints how far it was moved. */
  static async warper(jupyter: Jupyter, ...args: string[]): Promise<DesktopProgram> {
    return DesktopProgram.start(jupyter, WARPER, ...args);
  }

  get lines(): string[] {
    return this._output.split('\n').filter(line => line !== '');
  }

  /** The lines that begin with one of these words. */
  only(...words: string[]): string[] {
    return this.lines.filter(line => words.includes(line.split(' ')[0]));
  }

  forget(): void {
    this._output = '';
  }

  close(): void {
    this._child.kill();
  }

  private _output = '';
}
