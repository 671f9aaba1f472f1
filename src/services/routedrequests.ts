import { DesktopError, errorFrom, originError, parseJSON, xsrfError } from './errors';
import { ProblemCodes } from './problemcodes';
import { sendRequest } from './sendrequest';
import { refusesToken } from './xsrf';

import type { Desktop } from '../model';
import type { SendRequest } from './sendrequest';

/** The root of each route's URLs, relative to the server's base URL. */
export const ROOTS: Record<Desktop.Route, string> = { extension: 'api/', proxy: 'vnc/api/' };

export const DESKTOPS = 'desktops';
export const REPORT = 'vnc/report';

/** The time that a response may take, and that a report may take, for which the server runs many programs. */
const TIMEOUT_MS = 30 * 1000;
const REPORT_TIMEOUT_MS = 90 * 1000;

/** Sends requests to the route that the server has: our extension's, or jupyter-server-proxy's. */
export class RoutedRequests {
  /** `baseUrl` ends with a slash. */
  constructor(baseUrl: string, send: RoutedRequests.Send) {
    this._baseUrl = baseUrl;
    this._send = send;
  }

  get route(): Desktop.Route | null {
    return this._route;
  }

  /** Send a request to `path`, relative to the route, and return the response's JSON. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this._respond(method, path, body);
    return (response.status === 204 ? undefined : await parseJSON(response)) as T;
  }

  /** Get what is not JSON, such as a picture. */
  async fetchBlob(path: string): Promise<Blob> {
    return (await this._respond('GET', path)).blob();
  }

  /** Send a request to the route, and return the response; reject unless it is a success. */
  private async _respond(method: string, path: string, body?: object): Promise<Response> {
    if (this._route === null) {
      await this.findRoute();
    }
    const response = await this._request(method, ROOTS[this._route!] + path, body);
    if (!response.ok) {
      const error = await errorFrom(response);
      if (error.code === null && refusesToken(error.status, error.message)) {
        throw xsrfError();
      }
      throw method !== 'GET' && (await this._refusesOrigin(error)) ? originError() : error;
    }
    return response;
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
  async findRoute(): Promise<Desktop.IModel[]> {
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
    const time = path.includes(REPORT) ? REPORT_TIMEOUT_MS : TIMEOUT_MS;
    return sendRequest(this._send, { method, url: this._baseUrl + path, body, time });
  }

  private readonly _baseUrl: string;
  private readonly _send: RoutedRequests.Send;
  private _route: Desktop.Route | null = null;
}

export namespace RoutedRequests {
  export type Send = SendRequest;
}

/** Return the path of a desktop, or of something below it, relative to a route. */
export function pathTo(name: string, verb?: string): string {
  const path = `${DESKTOPS}/${encodeURIComponent(name)}`;
  return verb === undefined ? path : `${path}/${verb}`;
}
