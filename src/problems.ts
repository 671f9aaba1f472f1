import { DesktopError } from './api';

import type { Desktop } from './tokens';

/** The bridge's reasons for closing a socket that make another attempt pointless. */
export namespace Closed {
  export const GONE = 4404;
  export const IDLE = 4408;
  export const STOPPED = 4410;
  export const TOO_MANY = 4429;
}

/** The codes of problems that are told in a panel's own words. */
export namespace ProblemCodes {
  export const UNKNOWN = 'unknown-desktop';
  export const IDLE = 'idle';
  export const TOO_MANY = 'too-many-clients';
  export const VIEWER = 'viewer';
}

export function problemOf(code: string, message = '', fix: string | null = null): Desktop.IProblem {
  return { code, message, fix, part: null, log: [] };
}

/** Whether the panel waits for a person, having been disconnected for a reason. */
export function isHeld({ phase, problem }: Desktop.IStatus): boolean {
  return phase === 'lost' && (problem?.code === ProblemCodes.IDLE || problem?.code === ProblemCodes.TOO_MANY);
}

/** Whatever was thrown, as what the server would say of it. */
export function errorFrom(error: unknown): DesktopError {
  return error instanceof DesktopError ? error : new DesktopError({ status: 0, message: String(error) });
}
