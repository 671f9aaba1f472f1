import { ProblemCodes } from '../services/problems';
import { Desktop } from '../model';
import type { ITranslation } from './translation';

/** Return a desktop's name for display; the default desktop is simply "Desktop". */
export function labelFor(name: string, trans: ITranslation): string {
  return name === Desktop.DEFAULT_NAME ? trans.__('Desktop') : name;
}

/** Return a title with the status in brackets, unless the desktop is connected. */
export function titleWithStatus(title: string, status: Desktop.IStatus, trans: ITranslation): string {
  if (status.connected) {
    return title;
  }
  switch (status.phase) {
    case 'starting':
    case 'running':
      return trans.__('%1 (starting)', title);
    case 'stopped':
      if (status.problem?.code === ProblemCodes.UNKNOWN) {
        return trans.__('%1 (removed)', title);
      }
      return trans.__('%1 (stopped)', title);
    case 'failed':
      return trans.__('%1 (failed)', title);
    case 'running-elsewhere':
      return trans.__('%1 (running elsewhere)', title);
    case 'lost':
      return status.retryAt === null ? trans.__('%1 (disconnected)', title) : trans.__('%1 (reconnecting)', title);
    case 'missing':
      return trans.__('%1 (not installed)', title);
  }
}

/** Return why there is no connection. */
export function lostReason(problem: Desktop.IProblem | null, trans: ITranslation): string {
  switch (problem?.code) {
    case undefined:
      return trans.__('The connection to the desktop was lost.');
    case ProblemCodes.IDLE:
      return trans.__('Your programs are still running. Click to reconnect.');
    case ProblemCodes.TOO_MANY:
      return trans.__('This desktop has too many connections. Close another one first.');
    case ProblemCodes.FORBIDDEN:
      return trans.__('Your access was withdrawn.');
    case ProblemCodes.PROTOCOL:
      return trans.__('The Jupyter server closed the connection, because it does not know a message of this viewer.');
    case ProblemCodes.ORIGIN:
      return trans.__(
        'The Jupyter server refused the connection: this page’s address is not allowed. A proxy must keep the Host header, or the server’s configuration must allow the address:'
      );
    case ProblemCodes.REFUSED:
      return problem.message;
    case '0':
      return trans.__('The Jupyter server does not respond.');
    case '401':
    case '403':
      return trans.__('You are logged out of the Jupyter server. Log in again in another tab.');
    case ProblemCodes.VIEWER:
      return trans.__('The viewer could not be loaded from the Jupyter server.');
    default:
      return trans.__('The Jupyter server responded: %1', problem!.message);
  }
}
