import { DesktopError } from './restapi';

import type { Desktop } from '../tokens';

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

/** Whether a desktop starts or runs, and is not about to end. */
export function isAlive({ phase, step }: Desktop.IModel): boolean {
  return (phase === 'starting' || phase === 'running') && step !== 'stopping';
}

/** Whether the panel waits for a person, and nothing is under way. */
export function isAtRest(status: Desktop.IStatus): boolean {
  return status.phase === 'stopped' || status.phase === 'failed' || isHeld(status);
}

/** Whether what is known from elsewhere is not what a panel shows. */
export function contradicts(model: Desktop.IModel, status: Desktop.IStatus): boolean {
  if (isHeld(status)) {
    return !isAlive(model);
  }
  return isAtRest(status) && (isAlive(model) || (status.phase === 'stopped' && model.phase === 'failed'));
}

/** What a request that was refused says of the desktop, or of the way to it: `lost` where another attempt may help. */
export function refusalOf(error: unknown): { phase: Desktop.PanelPhase; problem: Desktop.IProblem } {
  const { status, code, fix, message } = errorFrom(error);
  const problem = problemOf(code ?? String(status), message, fix);
  if (code === DesktopError.MISSING) {
    return { phase: 'missing', problem };
  }
  if (status === 404) {
    return { phase: 'stopped', problem };
  }
  return { phase: code !== null && status >= 400 ? 'failed' : 'lost', problem };
}

/** Whatever was thrown, as what the server would say of it. */
export function errorFrom(error: unknown): DesktopError {
  return error instanceof DesktopError ? error : new DesktopError({ status: 0, message: String(error) });
}
