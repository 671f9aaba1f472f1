import { errorFrom, parseJSON, xsrfError } from './errors';
import { sendRequest } from './sendrequest';
import { refusesToken } from './xsrf';

import type { SendRequest } from './sendrequest';

/** The time that a response may take: slow links send a part of a file for long. */
const TIMEOUT_MS = 5 * 60 * 1000;

/** Sends requests to Jupyter's own REST API, for pages that lack JupyterLab's services. */
export class JupyterRequests {
  /** `baseUrl` ends with a slash. */
  constructor(
    private readonly _baseUrl: string,
    private readonly _send: SendRequest
  ) {}

  /** Send a request to `path`, relative to the API, and return the response's JSON; reject with a `DesktopError`. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const url = `${this._baseUrl}api/${path}`;
    const response = await sendRequest(this._send, { method, url, body, time: TIMEOUT_MS });
    if (!response.ok) {
      const error = await errorFrom(response);
      throw refusesToken(error.status, error.message) ? xsrfError() : error;
    }
    return (response.status === 204 ? undefined : await parseJSON(response)) as T;
  }

  /** Return which of the `wanted` actions the user may do, for each resource of Jupyter's authorizer. */
  async permissions(wanted: Record<string, string[]>): Promise<Record<string, string[]>> {
    const query = new URLSearchParams({ permissions: JSON.stringify(wanted) });
    const { permissions } = await this.call<{ permissions: Record<string, string[]> }>('GET', `me?${query.toString()}`);
    return permissions;
  }
}
