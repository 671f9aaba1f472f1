import { Desktop } from '../model';
import { CloseCodes, makeProblem, problemOfClose, ProblemCodes, toDesktopError } from './problems';
import { DesktopError } from './restapi';

export const INITIAL_STATUS: Desktop.IStatus = {
  phase: 'starting',
  connected: false,
  model: null,
  problem: null,
  retryAt: null,
  rights: Desktop.ALL_RIGHTS,
  connectionId: null
};

/** The status after the socket of a hidden panel was closed. */
export const HIDDEN_STATUS: Partial<Desktop.IStatus> = {
  phase: 'lost',
  connected: false,
  problem: makeProblem(ProblemCodes.HIDDEN)
};

/** Return the status if a desktop does not exist; the default desktop counts as stopped, since a start creates it. */
export function removedStatus(name: string): Partial<Desktop.IStatus> {
  const problem = name === Desktop.DEFAULT_NAME ? null : makeProblem(ProblemCodes.UNKNOWN);
  return { phase: 'stopped', connected: false, model: null, problem, retryAt: null };
}

/** The problems after which only the user reconnects. */
const BY_SERVER: string[] = [
  ProblemCodes.IDLE,
  ProblemCodes.TOO_MANY,
  ProblemCodes.FORBIDDEN,
  ProblemCodes.PROTOCOL,
  ProblemCodes.ORIGIN,
  ProblemCodes.NO_WEBSOCKET,
  ProblemCodes.XSRF,
  ProblemCodes.REFUSED
];

/** Whether a retry does not solve a problem. */
export function isFinal(problem: Desktop.IProblem): boolean {
  return BY_SERVER.includes(problem.code);
}

/** Whether the server has closed or refused the connection for a reason, so that only the user reconnects. */
export function isDisconnectedByServer({ phase, problem }: Desktop.IStatus): boolean {
  return phase === 'lost' && problem !== null && isFinal(problem);
}

/** Whether nothing happens until the user acts. */
export function awaitsUser(status: Desktop.IStatus): boolean {
  return ['stopped', 'failed', 'running-elsewhere'].includes(status.phase) || isDisconnectedByServer(status);
}

/** Whether a model from elsewhere, such as the list, contradicts what a panel shows. */
export function contradicts(model: Desktop.IModel, status: Desktop.IStatus): boolean {
  if (isDisconnectedByServer(status)) {
    return !Desktop.isUsable(model);
  }
  const hasFailed = status.phase === 'stopped' && model.phase === 'failed';
  const hasMoved = (status.phase === 'running-elsewhere') !== (model.phase === 'running-elsewhere');
  return awaitsUser(status) && (Desktop.isUsable(model) || hasFailed || hasMoved);
}

/** Return the status after a failed request; the phase is `lost` if another attempt may help. */
export function statusFromError(error: unknown): { phase: Desktop.PanelPhase; problem: Desktop.IProblem } {
  const { status, code, fix, message } = toDesktopError(error);
  const problem = makeProblem(code ?? String(status), message, fix);
  if (code === DesktopError.MISSING) {
    return { phase: 'missing', problem };
  }
  if (code === ProblemCodes.UNKNOWN) {
    return { phase: 'stopped', problem };
  }
  if (code === ProblemCodes.ELSEWHERE) {
    return { phase: 'running-elsewhere', problem };
  }
  if (status === 403 && code !== null) {
    return { phase: 'lost', problem: isFinal(problem) ? problem : makeProblem(ProblemCodes.REFUSED, message, fix) };
  }
  return { phase: code !== null && status >= 400 ? 'failed' : 'lost', problem };
}

/**
 * Return the status after the server has closed a socket for a reason that another attempt does not solve, else null.
 * If the model was cached, the desktop may only be a new one.
 */
export function statusFromClose(code: number, name: string, cached: boolean): Partial<Desktop.IStatus> | null {
  const problem = problemOfClose(code);
  if (problem !== null) {
    return { phase: 'lost', connected: false, problem, retryAt: null };
  }
  return code === CloseCodes.GONE && !cached ? removedStatus(name) : null;
}

/** Return the rights that a connection has according to a model from elsewhere; they may be withdrawn at any time. */
export function rightsFrom(model: Desktop.IModel, status: Desktop.IStatus): Pick<Desktop.IStatus, 'rights'> {
  const viewer = model.viewers?.find(({ id }) => id === status.connectionId);
  return { rights: viewer?.rights ?? status.rights };
}

/** Whether a desktop gets the keys that a connection sends. */
export function takesKeys({ connected, rights }: Pick<Desktop.IStatus, 'connected' | 'rights'>): boolean {
  return connected && rights.includes('keys');
}

/** Whether a connection may send input. */
export function mayControl({ rights }: Pick<Desktop.IStatus, 'rights'>): boolean {
  return rights.includes('keys') || rights.includes('pointer');
}
