import { ProblemCodes } from './problemcodes';

/** An error response, or no response at all. */
export class DesktopError extends Error {
  constructor(options: DesktopError.IOptions) {
    super(options.message);
    this.name = 'DesktopError';
    this.status = options.status;
    this.code = options.code ?? null;
    this.fix = options.fix ?? null;
  }

  /** The HTTP status; 0 if there was no response. */
  readonly status: number;

  /** The error code from our server; null if another program responded. */
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

  /** Neither route exists. */
  export const MISSING = 'server-side-missing';
}

/** Parse a response as JSON. */
export async function parseJSON(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // Most likely a log-in page: Jupyter's own responses are JSON.
    throw new DesktopError({ status: 403, message: 'The response is not JSON.' });
  }
}

/** Return the error of a response. */
export async function errorFrom(response: Response): Promise<DesktopError> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // Another program's response; use the status.
  }
  const { message, code, fix } = (body ?? {}) as Partial<DesktopError.IOptions>;
  return new DesktopError({
    status: response.status,
    message: message || `${response.status} ${response.statusText}`,
    code,
    fix
  });
}

/** Return the error if the server refuses each XSRF token of this page. */
export function xsrfError(): DesktopError {
  return new DesktopError({
    status: 403,
    code: ProblemCodes.XSRF,
    message: 'The Jupyter server refused the XSRF token of this page.'
  });
}

/** Return the error if the server refuses the origin of this page. */
export function originError(): DesktopError {
  return new DesktopError({
    status: 403,
    code: ProblemCodes.ORIGIN,
    message: 'The Jupyter server refused the request: this page’s address is not allowed.',
    fix: `c.ServerApp.allow_origin = '${location.origin}'`
  });
}
