import { Desktop } from '../../model';
import { DesktopError } from '../../services/errors';

import type { IDesktopAPI } from '../../tokens';
import type { ITranslation } from '../translation';

/** How long a desktop may take to start until files are opened on it, and the pause between two looks. */
const START_TIMEOUT_MS = 90 * 1000;
const POLL_MS = 300;

/** Start a desktop if it is stopped, and wait until programs can be started on it. */
export async function startForPrograms(api: IDesktopAPI, name: string, trans: ITranslation): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  let model = await api.start(name);
  while (!(model.phase === 'running' && model.step === null)) {
    if (!Desktop.isUsable(model) || Date.now() > end) {
      throw refusal(model.error?.message ?? trans.__('The desktop is not running.'));
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
    model = await api.get(name, model.step ?? undefined);
  }
}

/** Return an error that the server would have responded with. */
export function refusal(message: string): DesktopError {
  return new DesktopError({ status: 409, message });
}
