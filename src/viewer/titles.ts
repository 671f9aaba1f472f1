import { ProblemCodes } from '../services/problems';
import { Desktop } from '../tokens';

import type { TranslationBundle } from '@jupyterlab/translation';

/** What people call a desktop. */
export function nameFor(name: string, trans: TranslationBundle): string {
  return name === Desktop.DEFAULT_NAME ? trans.__('Desktop') : name;
}

/** A title with the state of a panel where that isn't simply "running". */
export function titleOf(title: string, status: Desktop.IStatus, trans: TranslationBundle): string {
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
