import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';

import { lives, processesWith } from './processes';
import { START_TIMEOUT_MS, STOP_TIMEOUT_MS } from './timing';

import type { ChildProcess } from 'node:child_process';
import type { IProcess } from './processes';

export const REPOSITORY = resolve(__dirname, '../..');
export const PYTHON = process.env.JUPYTER_VNC_PYTHON ?? join(REPOSITORY, '.venv/bin/python');

const TOKEN = 'ui-test';

/** The fields of a desktop's model that the tests use. */
export interface IDesktopModel {
  name: string;
  phase: string;
  step: string | null;
  backend: string;
  transport: string;
  display: string;
  xauthority: string;
  geometry: string;
  session: string;
  stops_at: string | null;
  clients: number;
  encoder: string | null;
  /** In percent. */
  scale: number;
  notes: string[];
  programs: { name: string; x: number | null }[];
}

/** A Jupyter server with its own home, port and runtime directory. */
export class Jupyter {
  constructor(options: Jupyter.IOptions = {}) {
    this._options = options;
  }

  get home(): string {
    return join(this._directory, 'home');
  }

  /** The root directory of JupyterLab's file browser. */
  get root(): string {
    return join(this.home, 'work');
  }

  get runtime(): string {
    return join(this._directory, 'run');
  }

  get port(): number {
    return this._port;
  }

  get pid(): number {
    return this._child!.pid!;
  }

  /** The URL of a path, with the token. */
  url(path: string): string {
    const url = new URL(path, `http://127.0.0.1:${this._port}/${this._options.base ?? ''}`);
    url.searchParams.set('token', TOKEN);
    return url.href;
  }

  /** Starts the server; after `kill`, on the same port and with the same files. */
  async start(): Promise<void> {
    if (this._directory === '') {
      await this._prepare();
    }
    const log = openSync(join(this._directory, 'jupyter.log'), 'a');
    const argv = ['-m', this._options.app ?? 'jupyterlab', '--no-browser', '--allow-root'];
    argv.push(`--port=${this._port}`, '--ServerApp.port_retries=0', `--IdentityProvider.token=${TOKEN}`);
    argv.push(`--ServerApp.root_dir=${this.root}`);
    const child = spawn(PYTHON, argv, {
      cwd: this.root,
      env: this.environment(),
      stdio: ['ignore', log, log],
      detached: true
    });
    closeSync(log);
    this._child = child;
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this._answers())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`Jupyter does not start:\n${this.log()}`);
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** The environment of the server and of clients of its desktops. */
  environment(): Record<string, string> {
    const { PATH, JUPYTER_PATH } = process.env;
    const inherited = { PATH, JUPYTER_PATH };
    const own = { HOME: this.home, LANG: 'C.UTF-8', JUPYTER_VNC_RUNTIME_DIR: this.runtime, ...this._options.env };
    return Object.fromEntries(
      Object.entries({ ...inherited, ...own }).filter(entry => entry[1] !== undefined)
    ) as Record<string, string>;
  }

  /** The server's process and all processes that it has started. */
  processes(): IProcess[] {
    return processesWith(`JUPYTER_VNC_RUNTIME_DIR=${this.runtime}`);
  }

  /** The desktop's model, or null if it does not exist. */
  async model(name = 'default', root = this._options.root ?? 'api/desktops'): Promise<IDesktopModel | null> {
    const response = await fetch(this.url(`${root}/${name}`));
    return response.ok ? ((await response.json()) as IDesktopModel) : null;
  }

  /** Sends a POST request to the REST API. */
  async post(path: string, body?: object): Promise<unknown> {
    return (await this._send('POST', path, body)).json();
  }

  /** Removes all desktops before the next test. */
  async removeDesktops(): Promise<void> {
    const models = (await (await fetch(this.url('api/desktops'))).json()) as IDesktopModel[];
    await Promise.all(models.map(({ name }) => this._send('DELETE', `api/desktops/${name}`)));
  }

  /** Rewrites jupyter_server_config.json for the next start. */
  configure(config: object): void {
    this._write('.jupyter/jupyter_server_config.json', {
      // Tests execute commands by id.
      LabApp: { expose_app_in_browser: true },
      ...config
    });
  }

  /** Kills the server. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await expect.poll(() => lives(this.pid)).toBe(false);
  }

  /** Stops the server, and checks that nothing is left. */
  async stop(): Promise<void> {
    const left = () => this.processes().filter(({ pid }) => lives(pid));
    if (this._child !== null && lives(this.pid)) {
      process.kill(this.pid, 'SIGTERM');
    }
    try {
      await expect
        .poll(() => left().map(({ argv }) => argv.join(' ')), {
          message: 'processes left by the server',
          timeout: STOP_TIMEOUT_MS
        })
        .toEqual([]);
      expect(this._sockets(), 'sockets and cookies left by the server').toEqual([]);
    } finally {
      for (const { pid } of left()) {
        process.kill(pid, 'SIGKILL');
      }
      rmSync(this._directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }

  /** The logs of the server and of its desktops' processes. */
  log(): string {
    const logs = [join(this._directory, 'jupyter.log')];
    for (const desktop of existsSync(this.runtime) ? readdirSync(this.runtime) : []) {
      const directory = join(this.runtime, desktop, 'log');
      logs.push(...(existsSync(directory) ? readdirSync(directory).map(file => join(directory, file)) : []));
    }
    return logs.map(file => `==> ${file}\n${readFileSync(file, 'utf8').slice(-20_000)}`).join('\n');
  }

  private async _send(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(this.url(path), {
      method,
      headers: { Authorization: `token ${TOKEN}`, 'X-Requested-With': 'jupyter-vnc-proxy' },
      body: body && JSON.stringify(body)
    });
    expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
    return response;
  }

  private _sockets(): string[] {
    const files = existsSync(this.runtime) ? readdirSync(this.runtime, { recursive: true, encoding: 'utf8' }) : [];
    return files.filter(file => /\/(.*\.sock|Xauthority)$/.test(file));
  }

  private async _answers(): Promise<boolean> {
    try {
      return (await fetch(this.url('api/status'))).ok;
    } catch {
      return false;
    }
  }

  private async _prepare(): Promise<void> {
    this._port = await freePort();
    // Short, since paths of sockets are limited.
    this._directory = mkdtempSync('/tmp/vncui-');
    mkdirSync(this.root, { recursive: true });
    this.configure(this._options.config ?? {});
    // Notifications must not cover the desktop.
    this._write('.jupyter/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings', {
      fetchNews: 'false',
      checkForUpdates: false
    });
  }

  private _write(path: string, content: object): void {
    const file = join(this.home, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
  }

  private readonly _options: Jupyter.IOptions;
  private _directory = '';
  private _port = 0;
  private _child: ChildProcess | null = null;
}

export namespace Jupyter {
  export interface IOptions {
    /** The Python module to run. */
    app?: 'jupyterlab' | 'notebook';
    /** The contents of jupyter_server_config.json. */
    config?: object;
    env?: Record<string, string>;
    /** The base URL without its first slash, if the configuration sets one. */
    base?: string;
    /** The path of the REST API, if it is not the server extension's. */
    root?: string;
  }
}

/** A server for all tests of a file; failed tests attach its logs. */
export function jupyterForFile(options?: Jupyter.IOptions): Jupyter {
  const jupyter = new Jupyter(options);
  test.beforeAll(() => jupyter.start());
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) {
      await info.attach('logs', { body: jupyter.log(), contentType: 'text/plain' });
    }
  });
  test.afterAll(() => jupyter.stop());
  return jupyter;
}

/** Returns an unused port, below those that the kernel gives to others until it is used (ip(7)). */
export async function freePort(): Promise<number> {
  const [end] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t').map(Number);
  const begin = Math.floor(end / 2);
  for (;;) {
    const port = begin + Math.floor(Math.random() * (end - begin));
    const server = createServer();
    const isFree = await new Promise<boolean>(done => {
      server.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true));
    });
    if (isFree) {
      await new Promise(done => server.close(done));
      return port;
    }
  }
}
