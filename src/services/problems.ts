import { ProblemCodes } from './problemcodes';
import { DesktopError } from './restapi';

import type { Desktop } from '../model';

/** The WebSocket close codes of the bridge after which a retry is pointless. */
export namespace CloseCodes {
  /** The client sent a message that the server does not know. */
  export const PROTOCOL = 4400;
  /** The access was withdrawn, or the connection was closed by another user. */
  export const FORBIDDEN = 4403;
  export const GONE = 4404;
  export const IDLE = 4408;
  export const STOPPED = 4410;
  export const TOO_MANY = 4429;
}

export { ProblemCodes };

export function makeProblem(code: string, message = '', fix: string | null = null): Desktop.IProblem {
  return { code, message, fix, part: null, log: [] };
}

/** Return the problem for which the server closed a socket, so that only the user reconnects; null for other codes. */
export function problemOfClose(code: number): Desktop.IProblem | null {
  switch (code) {
    case CloseCodes.IDLE:
      return makeProblem(ProblemCodes.IDLE);
    case CloseCodes.TOO_MANY:
      return makeProblem(ProblemCodes.TOO_MANY);
    case CloseCodes.FORBIDDEN:
      return makeProblem(ProblemCodes.FORBIDDEN);
    case CloseCodes.PROTOCOL:
      return makeProblem(ProblemCodes.PROTOCOL);
    default:
      return null;
  }
}

/** Return an error as a `DesktopError`; status 0 if it is none. */
export function toDesktopError(error: unknown): DesktopError {
  return error instanceof DesktopError ? error : new DesktopError({ status: 0, message: String(error) });
}
