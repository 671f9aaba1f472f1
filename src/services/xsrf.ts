/** Sends a request, with the XSRF token if there is one. */
export type SendWithToken = (url: string, init: RequestInit, token?: string) => Promise<Response>;

/**
 * Return the XSRF tokens in `document.cookie`, without duplicates, the one that Jupyter most likely expects first.
 *
 * Of several cookies of that name, Jupyter takes the one with the shortest path, which browsers put last. A hub's
 * server takes one that it has signed itself, wherever it stands.
 */
export function xsrfTokens(cookies: string): string[] {
  const found = [...cookies.matchAll(/(?:^|; )_xsrf=([^;]*)/g)].map(match => match[1]);
  return [...new Set(found.reverse())];
}

/** Whether Jupyter, or a hub's server, refuses a request because of its XSRF token. */
export function refusesToken(status: number, message: string): boolean {
  return status === 403 && /xsrf/i.test(message);
}

/** Sends requests with the XSRF token that the server accepts: no response contains it, so this tries each of them. */
export class XsrfRequests {
  constructor(options: { cookies: () => string; send: SendWithToken }) {
    this._cookies = options.cookies;
    this._sendWithToken = options.send;
  }

  readonly send = async (url: string, init: RequestInit): Promise<Response> => {
    const tokens = xsrfTokens(this._cookies());
    tokens.sort((a, b) => Number(b === this._accepted) - Number(a === this._accepted));
    let response = await this._sendWithToken(url, init, tokens[0]);
    for (const token of tokens.slice(1)) {
      if (!refusesToken(response.status, response.status === 403 ? await response.clone().text() : '')) {
        break;
      }
      response = await this._sendWithToken(url, init, token);
      if (response.status !== 403) {
        this._accepted = token;
      }
    }
    return response;
  };

  private readonly _cookies: () => string;
  private readonly _sendWithToken: SendWithToken;
  private _accepted: string | undefined;
}
