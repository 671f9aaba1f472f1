import { ProblemCodes } from '../services/problems';
import { Desktop } from '../model';
import { translateServerText } from './servertexts';
import type { ITranslation } from './translation';

/** Return a desktop's name for display; the default desktop is simply "Desktop". */
export function labelFor(name: string, trans: ITranslation): string {
  return name === Desktop.DEFAULT_NAME ? trans.__('Desktop') : name;
}

/**
 * Return the title of a viewer that shows a monitor of a desktop, counted from 1.
 *
 * The first one keeps the desktop's title when others are added.
 */
export function titleOfMonitor(title: string, position: number, trans: ITranslation): string {
  return position > 1 ? trans.__('%1 – Monitor %2', title, position) : title;
}

/** Whether a connection was closed because nobody looked at the desktop, or used it. */
export function isPaused(problem: Desktop.IProblem | null): boolean {
  return problem?.code === ProblemCodes.IDLE || problem?.code === ProblemCodes.HIDDEN;
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
      if (isPaused(status.problem)) {
        return trans.__('%1 (paused)', title);
      }
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
    case ProblemCodes.HIDDEN:
      return trans.__('The connection was closed while the desktop was hidden. Your programs are still running.');
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
    case ProblemCodes.NO_WEBSOCKET:
      return trans.__(
        'WebSockets do not get through to the Jupyter server. A proxy in between must pass them; kernels need them too.'
      );
    case ProblemCodes.XSRF:
      return trans.__(
        'The Jupyter server refused the XSRF token of this page. Reload the page; if that does not help, delete the cookies of this site.'
      );
    case ProblemCodes.REFUSED:
      return translateServerText(problem.message, trans);
    case '0':
      return trans.__('The Jupyter server does not respond.');
    case '401':
    case '403':
      return trans.__('You are logged out of the Jupyter server. Log in again in another tab.');
    case '404':
      return trans.__('Another server responded instead of the Jupyter server, such as a proxy: %1', problem.message);
    case '424':
      return trans.__('The Jupyter server is not running. Start it on the hub.');
    case '502':
    case '503':
    case '504':
      return trans.__('A proxy cannot reach the Jupyter server: %1', problem.message);
    case ProblemCodes.VIEWER:
      return trans.__('The viewer could not be loaded from the Jupyter server.');
    default:
      return trans.__('The Jupyter server responded: %1', translateServerText(problem!.message, trans));
  }
}
