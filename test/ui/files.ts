import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@playwright/test';

import type { CDPSession, Page, Route } from '@playwright/test';
import type { Jupyter } from './jupyter';
import type { DesktopView } from './lab';

/** Names that programs, shells, URLs or people misread. */
export const HOSTILE = ['a b.txt', 'ü ß €.txt', 'two\nlines.txt', '-rf.txt', '%41 #?&.txt', '\'"$(x)`.txt'];

export function write(path: string, content: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Returns bytes that can't be compressed, other ones for each seed. */
export function noise(bytes: number, seed: number): Buffer {
  const data = Buffer.alloc(bytes);
  for (let at = 0; at < data.length; at += 32) {
    createHash('sha256').update(`${seed} ${at}`).digest().copy(data, at);
  }
  return data;
}

/** Options of a server whose user lacks the rights that the test denies: see authorizer.py. */
export const AUTHORIZER = {
  config: { ServerApp: { authorizer_class: 'authorizer.DeniedRights' } },
  env: { PYTHONPATH: __dirname }
};

/** The files of the user's computer, and those in Jupyter's tree. */
export class UploadFolders {
  constructor(private readonly _jupyter: Jupyter) {}

  /** The path of a file on the user's computer. */
  computer(...path: string[]): string {
    return join(this._jupyter.home, 'computer', ...path);
  }

  /** Empties both, uploads to the current folder of the file browser, and gives the user all rights. */
  clear(): void {
    for (const directory of [this.computer(), this._jupyter.root]) {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory);
    }
    rmSync(this._setting, { force: true });
    this.deny();
  }

  /** Sets JupyterLab's setting for the folder of uploads. */
  uploadTo(folder: string): void {
    write(this._setting, JSON.stringify({ uploadFolder: folder }));
  }

  /** Takes rights from the user, such as "write contents"; the server has `AUTHORIZER`. */
  deny(...rights: string[]): void {
    write(join(this._jupyter.home, 'denied'), rights.join('\n'));
  }

  private get _setting(): string {
    return join(this._jupyter.home, '.jupyter/lab/user-settings/jupyter-vnc-proxy/files.jupyterlab-settings');
  }

  /** The text of an uploaded file. */
  uploaded(...path: string[]): string {
    return readFileSync(join(this._jupyter.root, ...path), 'utf8');
  }

  /** The names in a folder of the tree, but for the folder that Jupyter makes. */
  inTree(...path: string[]): string[] {
    return readdirSync(join(this._jupyter.root, ...path))
      .filter(name => name !== '.ipynb_checkpoints')
      .sort();
  }
}

/** A drag of files from outside of the browser, as Chromium gets it from the system. */
export class FileDrag {
  private constructor(
    private readonly _session: CDPSession,
    private readonly _files: string[],
    private readonly _place: { x: number; y: number }
  ) {}

  /** Drags files or folders over the middle of a desktop. */
  static async over(view: DesktopView, ...files: string[]): Promise<FileDrag> {
    // A dialog would get the drag.
    await expect(view.page.locator('.jp-Dialog, dialog[open]')).toHaveCount(0);
    const { x, y, width, height } = (await view.node.boundingBox())!;
    const session = await view.page.context().newCDPSession(view.page);
    const drag = new FileDrag(session, files, { x: x + width / 2, y: y + height / 2 });
    await drag._send('dragEnter');
    await drag.move();
    return drag;
  }

  /** Moves it; browsers report that often, even if the pointer rests. */
  async move(): Promise<void> {
    await this._send('dragOver');
  }

  async drop(): Promise<void> {
    await this._send('drop');
    await this._session.detach();
  }

  private async _send(type: 'dragEnter' | 'dragOver' | 'drop'): Promise<void> {
    const data = { items: [], files: this._files, dragOperationsMask: 1 };
    await this._session.send('Input.dispatchDragEvent', { type, ...this._place, data });
  }
}

export async function drop(view: DesktopView, ...files: string[]): Promise<void> {
  await (await FileDrag.over(view, ...files)).drop();
}

/** Drops what a page must not take: the browser shows it neither in its place nor in another tab, as Chromium does. */
export async function dropInVain({ page, node }: DesktopView, drag: FileDrag): Promise<void> {
  const context = page.context();
  const pages = context.pages();
  await page.evaluate(() => Object.assign(window, { stays: true }));
  await drag.drop();
  // A tab that the drop has opened comes before this one.
  const next = await context.newPage();
  await next.goto('about:blank');
  expect(context.pages()).toEqual([...pages, next]);
  await next.close();
  expect(await page.evaluate(() => 'stays' in window)).toBe(true);
  await expect(node).toHaveAttribute('data-connected', 'true');
}

/** Calls `handle` for each request that writes a file, with its number from 1. */
export async function onWrite(page: Page, handle: (route: Route, number: number) => Promise<void>): Promise<void> {
  let count = 0;
  await page.route('**/api/contents/**', route =>
    route.request().method() === 'PUT' ? handle(route, ++count) : route.fallback()
  );
}

/** Holds the request that writes the part with a number; returns whether it is held, and what ends that. */
export async function holdWrite(page: Page, held: number): Promise<{ isHeld: () => boolean; resume: () => void }> {
  let isHeld = false;
  let resume = () => undefined as void;
  const resumed = new Promise<void>(resolve => (resume = resolve));
  await onWrite(page, async (route, number) => {
    if (number === held) {
      isHeld = true;
      await resumed;
    }
    await route.continue();
  });
  return { isHeld: () => isHeld, resume: () => resume() };
}

/** Cuts the connection while parts of a file are written: once before a request reached the server, once after that. */
export async function cutWrites(page: Page, check: () => void): Promise<void> {
  await onWrite(page, async (route, number) => {
    if (number === 2) {
      await route.abort('connectionreset');
    } else if (number === 4) {
      await route.fetch();
      await route.abort('connectionreset');
    } else {
      check();
      await route.continue();
    }
  });
}

/** Makes an application for text files that notes what it opens; returns what it has noted. */
export function notingApplication(jupyter: Jupyter): () => string[] {
  const data = join(jupyter.home, '.local', 'share', 'applications');
  const log = write(join(jupyter.home, 'opened'), '');
  const script = write(join(jupyter.home, 'editor'), `#!/bin/sh\nprintf '%s\\n' "$1 on $DISPLAY" >>'${log}'\n`);
  chmodSync(script, 0o700);
  const entry = `[Desktop Entry]\nType=Application\nName=My Editor\nExec=${script} %f\nMimeType=text/plain;\n`;
  write(join(data, 'editor.desktop'), entry);
  write(join(data, 'mimeapps.list'), '[Default Applications]\ntext/plain=editor.desktop\n');
  return () => readFileSync(log, 'utf8').split('\n').slice(0, -1);
}
