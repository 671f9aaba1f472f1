import { DesktopError, errorFrom, originError, parseJSON, xsrfError } from './errors';
import { ProblemCodes } from './problemcodes';
import { refusesToken } from './xsrf';

import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';

/** The root of each route's URLs, relative to the server's base URL. */
const ROOTS: Record<Desktop.Route, string> = { extension: 'api/', proxy: 'vnc/api/' };

const DESKTOPS = 'desktops';
const REPORT = 'vnc/report';

/** The time that a response may take, and that a report may take, for which the server runs many programs. */
const TIMEOUT_MS = 30 * 1000;
const REPORT_TIMEOUT_MS = 90 * 1000;

export { DesktopError };

/**
 * The client of the REST API; the only place that knows its URLs.
 *
 * JupyterLab's panels and the plain page share it, so they pass the function that sends a request.
 */
export class DesktopAPI implements IDesktopAPI {
  constructor(options: DesktopAPI.IOptions) {
    this._baseUrl = withSlash(options.baseUrl);
    this._wsUrl = withSlash(options.wsUrl);
    this._token = options.token ?? '';
    this._send = options.send;
  }

  get route(): Desktop.Route | null {
    return this._route;
  }

  async list(): Promise<Desktop.IModel[]> {
    if (this._route === null) {
      return this._findRoute();
    }
    return this._call('GET', DESKTOPS);
  }

  async get(name: string, step?: string): Promise<Desktop.IModel> {
    return this._call('GET', pathTo(name) + (step === undefined ? '' : `?step=${encodeURIComponent(step)}`));
  }

  async create(options: Desktop.ICreateOptions): Promise<Desktop.IModel> {
    return this._call('POST', DESKTOPS, options);
  }

  async delete(name: string): Promise<void> {
    await this._call('DELETE', pathTo(name));
  }

  async start(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathTo(name, 'start'));
  }

  async stop(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathTo(name, 'stop'));
  }

  async restart(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathTo(name, 'restart'));
  }

  async keep(name: string): Promise<Desktop.IModel> {
    return this._call('POST', pathTo(name, 'keep'));
  }

  async backends(): Promise<Desktop.IChoices> {
    return this._call('GET', `${DESKTOPS}/backends`);
  }

  async resize(name: string, size: Desktop.ISize): Promise<Desktop.IModel> {
    return this._call('POST', pathTo(name, 'resize'), { ...size });
  }

  async scale(name: string, percent: number): Promise<Desktop.IModel> {
    return this._call('POST', pathTo(name, 'scale'), { percent });
  }

  async claimMonitor(name: string, connectionId: string, claim: Desktop.IMonitorClaim): Promise<Desktop.IModel> {
    return this._call('PUT', pathTo(name, `monitors/${encodeURIComponent(connectionId)}`), { ...claim });
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
    return this._call('GET', pathTo(name, 'log') + tail);
  }

  async report(name: string): Promise<string> {
    const fetchReport = async (query = '') => (await this._call<{ report: string }>('GET', REPORT + query)).report;
    try {
      return await fetchReport(`?desktop=${encodeURIComponent(name)}`);
    } catch (error) {
      if (error instanceof DesktopError && error.code === 'unknown-desktop') {
        // The server's own report may say why the desktop could not be created.
        return fetchReport();
      }
      throw error;
    }
  }

  async ticket(name: string, invitation?: string, failed?: string): Promise<Desktop.ITicket | null> {
    if (this._route === null) {
      await this._findRoute();
    }
    if (this._route === 'proxy') {
      return null;
    }
    const body = { ...(invitation !== undefined && { invitation }), ...(failed !== undefined && { failed }) };
    try {
      return await this._call<Desktop.ITicket>('POST', pathTo(name, 'ticket'), body);
    } catch (error) {
      if (error instanceof DesktopError && error.status === 404 && error.code === null) {
        // Another server, such as nginx, shows the desktop without tickets.
        return null;
      }
      throw error;
    }
  }

  async takeControl(name: string): Promise<void> {
    await this._call('POST', pathTo(name, 'control'));
  }

  async connections(name: string): Promise<Desktop.IConnection[]> {
    return this._call('GET', pathTo(name, 'connections'));
  }

  async disconnect(name: string, connectionId: string): Promise<void> {
    await this._call('DELETE', pathTo(name, `connections/${encodeURIComponent(connectionId)}`));
  }

  async readClipboard(name: string, connectionId: string): Promise<Desktop.IClipboard> {
    return this._call('POST', pathTo(name, `clipboard/${encodeURIComponent(connectionId)}`));
  }

  async writeClipboard(name: string, connectionId: string, contents: Desktop.IClipboard): Promise<void> {
    await this._call('PUT', pathTo(name, `clipboard/${encodeURIComponent(connectionId)}`), contents);
  }

  async copiedFiles(name: string, connectionId: string): Promise<Desktop.ICopiedFiles> {
    return this._call('POST', pathTo(name, `clipboard/${encodeURIComponent(connectionId)}/files`));
  }

  async applications(name: string, path: string): Promise<Desktop.IApplications> {
    return this._call('GET', pathTo(name, `applications?path=${encodeURIComponent(path)}`));
  }

  async openFile(name: string, path: string, application?: string): Promise<void> {
    await this._call('POST', pathTo(name, 'open'), { path, ...(application !== undefined && { application }) });
  }

  async discardUpload(path: string): Promise<void> {
    await this._call('DELETE', `vnc/upload?path=${encodeURIComponent(path)}`);
  }

  async invitations(name: string): Promise<Desktop.IInvitation[]> {
    return this._call('GET', pathTo(name, 'invitations'));
  }

  async invite(name: string, access: Desktop.Access, seconds: number): Promise<Desktop.INewInvitation> {
    return this._call('POST', pathTo(name, 'invitations'), { rights: access, seconds });
  }

  async revoke(name: string, invitationId: string): Promise<void> {
    await this._call('DELETE', pathTo(name, `invitations/${encodeURIComponent(invitationId)}`));
  }

  invitationURL(invitation: Desktop.INewInvitation): string {
    return new URL(this._baseUrl + invitation.path, location.href).href;
  }

  socketURL(name: string): string {
    const query = this._token ? `?token=${encodeURIComponent(this._token)}` : '';
    return this._wsUrl + ROOTS[this._route ?? 'extension'] + pathTo(name, 'rfb') + query;
  }

  pageURL(name: string): string {
    const page = this._route === 'proxy' ? 'vnc' : 'desktops';
    return `${this._baseUrl}${page}/?desktop=${encodeURIComponent(name)}`;
  }

  private async _call<T>(method: string, path: string, body?: object): Promise<T> {
    if (this._route === null) {
      await this._findRoute();
    }
    const response = await this._request(method, ROOTS[this._route!] + path, body);
    if (!response.ok) {
      const error = await errorFrom(response);
      if (error.code === null && refusesToken(error.status, error.message)) {
        throw xsrfError();
      }
      throw method !== 'GET' && (await this._refusesOrigin(error)) ? originError() : error;
    }
    return (response.status === 204 ? undefined : await parseJSON(response)) as T;
  }

  /**
   * Whether Jupyter refuses this page's origin: it then responds with 404 to each request that has an Origin header, for
   * example behind a proxy that changes the Host header. Browsers send Origin with all but GET.
   */
  private async _refusesOrigin({ status, code }: DesktopError): Promise<boolean> {
    if (code === ProblemCodes.ORIGIN) {
      return true;
    }
    if (status !== 404 || code !== null || (await this._request('POST', 'api')).status !== 404) {
      return false;
    }
    // Another server, such as nginx, does not have this address.
    return (await this._request('GET', 'api')).ok;
  }

  /** Find the first route that exists, and use it from now on. */
  private async _findRoute(): Promise<Desktop.IModel[]> {
    let missing: DesktopError | undefined;
    for (const route of ['extension', 'proxy'] as const) {
      const response = await this._request('GET', ROOTS[route] + DESKTOPS);
      if (response.ok) {
        const models = (await parseJSON(response)) as Desktop.IModel[];
        this._route = route;
        return models;
      }
      missing = await errorFrom(response);
      if (response.status !== 404) {
        throw missing;
      }
    }
    if (!(await this._request('GET', 'api')).ok) {
      // A proxy responded, since Jupyter has this address.
      throw missing!;
    }
    throw new DesktopError({
      status: 404,
      code: DesktopError.MISSING,
      message: 'jupyter-vnc-proxy is not installed on this Jupyter server.'
    });
  }

  private async _request(method: string, path: string, body?: object): Promise<Response> {
    const init: RequestInit = {
      method,
      cache: 'no-store',
      // Other origins can't send this header without the server's permission (CORS).
      headers: { 'X-Requested-With': 'jupyter-vnc-proxy', 'Content-Type': 'application/json' }
    };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), path.includes(REPORT) ? REPORT_TIMEOUT_MS : TIMEOUT_MS);
    try {
      return await this._send(this._baseUrl + path, { ...init, signal: limit.signal });
    } catch (error) {
      throw new DesktopError({ status: 0, message: String(error) });
    } finally {
      clearTimeout(timer);
    }
  }

  private readonly _baseUrl: string;
  private readonly _wsUrl: string;
  private readonly _token: string;
  private readonly _send: DesktopAPI.Send;
  private _route: Desktop.Route | null = null;
}

export namespace DesktopAPI {
  export type Send = (url: string, init: RequestInit) => Promise<Response>;

  export interface IOptions {
    /** The Jupyter server's base URL. */
    baseUrl: string;
    /** The same for WebSockets. */
    wsUrl: string;
    /** Added to a WebSocket's URL, if the page has no cookie. */
    token?: string;
    /** Sends a request; rejects if there is no response. */
    send: Send;
  }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function pathTo(name: string, verb?: string): string {
  const path = `${DESKTOPS}/${encodeURIComponent(name)}`;
  return verb === undefined ? path : `${path}/${verb}`;
}
