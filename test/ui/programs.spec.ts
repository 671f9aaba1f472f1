import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DesktopView, expect, openDesktop, saveScreenshot, test } from './lab';
import { holdPolls } from './desktops';
import { jupyterForFile, PYTHON } from './jupyter';
import { START_TIMEOUT_MS } from './timing';

import type { ChildProcess } from 'node:child_process';
import type { Locator, Page } from '@playwright/test';

const VncProxy = { backend: 'tigervnc', session_command: ['openbox'] };
const jupyter = jupyterForFile({ config: { VncProxy } });

test.afterEach(() => jupyter.removeDesktops());

/** A program that controls the default desktop; it does what it reads, line by line. */
class Robot {
  constructor() {
    this._child = spawn(PYTHON, [join(__dirname, 'robot.py')], {
      env: jupyter.environment(),
      stdio: ['pipe', 'pipe', 'inherit']
    });
    this._child.stdout!.setEncoding('utf8').on('data', (text: string) => (this._done += text));
  }

  /** Have it do something, as in `click(10, 20)`. */
  begin(call: string): void {
    this._child.stdin!.write(`${call}\n`);
    this._begun++;
  }

  /** How many calls have not ended. */
  left(): number {
    return this._begun - this._done.split('\n').filter(Boolean).length;
  }

  async finish(call: string): Promise<void> {
    this.begin(call);
    await expect.poll(() => this.left(), { message: call, timeout: START_TIMEOUT_MS }).toBe(0);
  }

  end(): void {
    this._child.stdin!.end();
  }

  private readonly _child: ChildProcess;
  private _begun = 0;
  private _done = '';
}

function bar(view: DesktopView): Locator {
  return view.node.locator('.jp-Desktop-programs');
}

/** Opens the plain page, which shows the same desktop. */
async function openPage(page: Page): Promise<DesktopView> {
  const other = await page.context().newPage();
  await other.goto(jupyter.url('desktops/'));
  const view = new DesktopView(other);
  await view.live();
  return view;
}

test('every viewer sees what a program does, and takes over and resumes with one click', async ({ page }) => {
  const lab = await openDesktop(page, jupyter);
  const plain = await openPage(page);
  await holdPolls(page);
  await expect(bar(lab)).toBeHidden();
  const robot = new Robot();
  await robot.finish('click(120, 40)');
  for (const view of [lab, plain]) {
    await expect(bar(view)).toContainText('Robot is controlling this desktop.');
    await expect(bar(view)).toContainText('Clicks at 120, 40');
  }
  await saveScreenshot(page, 'program');
  await bar(plain).getByRole('button', { name: 'Take Over' }).click();
  for (const view of [lab, plain]) {
    await expect(bar(view)).toContainText('Robot is paused.');
  }
  await saveScreenshot(page, 'program-paused');
  await saveScreenshot(plain.page, 'program-paused-page');
  robot.begin('move(5, 6)');
  await expect.poll(async () => (await jupyter.model())?.programs[0].x, { message: 'it asks' }).toBe(5);
  expect(robot.left()).toBe(1);
  await bar(lab).getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => robot.left(), { message: 'it goes on' }).toBe(0);
  for (const view of [lab, plain]) {
    await expect(bar(view)).toContainText('Moves the pointer at 5, 6');
  }
  robot.end();
  for (const view of [lab, plain]) {
    await expect(bar(view)).toBeHidden();
  }
});

test('who opens a desktop that a program controls sees so', async ({ page }) => {
  await jupyter.post('api/desktops/default/start');
  await expect.poll(async () => (await jupyter.model())?.phase, { timeout: START_TIMEOUT_MS }).toBe('running');
  const robot = new Robot();
  await robot.finish('press("shift")');
  const lab = await openDesktop(page, jupyter);
  await expect(bar(lab)).toContainText('Robot is controlling this desktop.');
  await expect(bar(lab)).toContainText('Presses keys');
  robot.end();
  await expect(bar(lab)).toBeHidden();
});
