import type { Desktop, IDesktopAPI } from '../tokens';

/** Where the ways to desktops begin below a server's base URL: the server extension first, else jupyter-server-proxy. */
const ROOTS: Record<Desktop.Door, string> = { extension: 'api/', proxy: 'vnc/api/' };

const DESKTOPS = 'desktops';

/** An answer that isn't the one asked for. */
export class DesktopError extends Error {
  constructor(options: DesktopError.IOptions) {
    super(options.message);
    this.name = 'DesktopError';
    this.status = options.status;
    this.code = options.code ?? null;
    this.fix = options.fix ?? null;
  }

  /** The HTTP status; 0 where no answer came. */
  readonly status: number;

  /** Why, as the desktops' own server says; null where something else answered. */
  readonly code: string | null;

  readonly fix: string | null;
}

export namespace DesktopError {
  export interface IOptions {
    status: number;
    message: string;
    code?: string | null;
    fix?: string | null;
  }

  /** Neither way to the desktops is there. */
  export const MISSING = 'server-side-missing';
}

/**
 * The requests about desktops; sole owner of their URLs.
 *
 * JupyterLab's panels and the plain page share it, so it takes the function that sends a request.
 */
export class DesktopAPI implements IDesktopAPI {
  constructor(options: DesktopAPI.IOptions) {
    this._baseUrl = withSlash(options.baseUrl);
    this._wsUrl = withSlash(options.wsUrl);
    this._token = options.token ?? '';
    this._send = options.send;
  }

  get door(): Desktop.Door | null {
    return this._door;
  }

  async list(): Promise<Desktop.IModel[]> {
    if (this._door === null) {
      return this._findDoor();
    }
    return this._call('GET', DESKTOPS);
  }

  async get(name: string): Promise<Desktop.IModel> {
    return this._call('GET', pathOf(name));
  }

  async create(options: Desktop.ICreateOptions): Promise<Desktop.IModel> {
    return this._call('POST', DESKTOPS, options);
  }

  async delete(name: string): Promise<void> {
    await this._call('DELETE', pathOf(name));
  }

  async start(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathOf(name, 'start'));
  }

  async stop(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathOf(name, 'stop'));
  }

  async restart(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathOf(name, 'restart'));
  }

  async keep(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathOf(name, 'keep'));
  }

  async backends(): Promise<Desktop.IChoices> {
    return this._call('GET', `${DESKTOPS}/backends`);
  }

  async resize(name: string, size: Desktop.ISize): Promise<Desktop.IModel> {
    return this._call('POST', pathOf(name, 'resize'), { ...size });
  }

  async log(name: string, part?: string, lines?: number): Promise<Desktop.ILog> {
    const query = new URLSearchParams();
    if (part !== undefined) {
      query.set('part', part);
    }
    if (lines !== undefined) {
      query.set('lines', String(lines));
    }
    const tail = query.size > 0 ? `?${query.toString()}` : '';
    return this._call('GET', pathOf(name, 'log') + tail);
  }

  async report(name: string): Promise<string> {
    const ask = async (query = '') => (await this._call<{ report: string }>('GET', `vnc/report${query}`)).report;
    try {
      return await ask(`?desktop=${encodeURIComponent(name)}`);
    } catch (error) {
      if (error instanceof DesktopError && error.code === 'unknown-desktop') {
        // One that could not even be made: its server may say why.
        return ask();
      }
      throw error;
    }
  }

  socketURL(name: string): string {
    const query = this._token ? `?token=${encodeURIComponent(this._token)}` : '';
    return this._wsUrl + ROOTS[this._door ?? 'extension'] + pathOf(name, 'rfb') + query;
  }

  pageURL(name: string): string {
    return `${this._baseUrl}vnc/?desktop=${encodeURIComponent(name)}`;
  }

  private async _call<T>(method: string, path: string, body?: object): Promise<T> {
    if (this._door === null) {
      await this._findDoor();
    }
    const response = await this._request(method, ROOTS[this._door!] + path, body);
    if (!response.ok) {
      throw await errorOf(response);
    }
    return (response.status === 204 ? undefined : await json(response)) as T;
  }

  /** Finds out which door opens, and keeps to it. */
  private async _findDoor(): Promise<Desktop.IModel[]> {
    for (const door of ['extension', 'proxy'] as const) {
      const response = await this._request('GET', ROOTS[door] + DESKTOPS);
      if (response.ok) {
        const models = (await json(response)) as Desktop.IModel[];
        this._door = door;
        return models;
      }
      if (response.status !== 404) {
        throw await errorOf(response);
      }
    }
    throw new DesktopError({
      status: 404,
      code: DesktopError.MISSING,
      message: 'This Jupyter server has no desktops.'
    });
  }

  private async _request(method: string, path: string, body?: object): Promise<Response> {
    const init: RequestInit = {
      method,
      cache: 'no-store',
      // A page elsewhere can't send this header without the server's leave.
      headers: { 'X-Requested-With': 'jupyter-vnc-proxy', 'Content-Type': 'application/json' }
    };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    try {
      return await this._send(this._baseUrl + path, init);
    } catch (error) {
      throw new DesktopError({ status: 0, message: String(error) });
    }
  }

  private readonly _baseUrl: string;
  private readonly _wsUrl: string;
  private readonly _token: string;
  private readonly _send: DesktopAPI.ISend;
  private _door: Desktop.Door | null = null;
}

export namespace DesktopAPI {
  export type ISend = (url: string, init: RequestInit) => Promise<Response>;

  export interface IOptions {
    /** The Jupyter server's base URL. */
    baseUrl: string;
    /** The same for WebSockets. */
    wsUrl: string;
    /** To be added to a WebSocket's URL, where no cookie speaks for us. */
    token?: string;
    /** Sends a request; rejects where no answer came. */
    send: ISend;
  }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function pathOf(name: string, verb?: string): string {
  const path = `${DESKTOPS}/${encodeURIComponent(name)}`;
  return verb === undefined ? path : `${path}/${verb}`;
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // A log-in page, most likely: Jupyter's own answers are all JSON here.
    throw new DesktopError({ status: 403, message: 'The answer is not JSON.' });
  }
}

async function errorOf(response: Response): Promise<DesktopError> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // Not ours; the status has to do.
  }
  const { message, code, fix } = (body ?? {}) as Partial<DesktopError.IOptions>;
  return new DesktopError({
    status: response.status,
    message: message || `${response.status} ${response.statusText}`,
    code,
    fix
  });
}
