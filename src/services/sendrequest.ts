import { DesktopError } from './errors';

/** Sends a request; rejects if there is no response. */
export type SendRequest = (url: string, init: RequestInit) => Promise<Response>;

export interface IRequest {
  readonly method: string;
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: object;
  /** The time that the response may take, in milliseconds. */
  readonly time: number;
}

/** Send a request, and return the response, which may be an error; reject with a `DesktopError` if there is none. */
export async function sendRequest(send: SendRequest, { method, url, body, time }: IRequest): Promise<Response> {
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
  const timer = setTimeout(() => limit.abort(), time);
  try {
    return await send(url, { ...init, signal: limit.signal });
  } catch (error) {
    throw new DesktopError({ status: 0, message: String(error) });
  } finally {
    clearTimeout(timer);
  }
}
