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
    case 'lost':
      return status.retryAt === null ? trans.__('%1 (disconnected)', title) : trans.__('%1 (reconnecting)', title);
    case 'missing':
      return trans.__('%1 (not installed)', title);
  }
}
