import { makeProblem, ProblemCodes, toDesktopError } from './problems';

import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';

/** A request for a desktop's model. */
export type Verb = 'get' | 'start' | 'create';

/** Which desktop a request is about. */
export interface IDesktopRequest {
  api: IDesktopAPI;
  name: string;
  /** The secret of an invitation. */
  invitation?: string;
}

/**
 * Send a request, and return the desktop's model; null if an invitation grants the desktop's socket alone.
 *
 * If the `last` model was of a desktop that starts, the response waits for its next step.
 */
export async function requestModel(
  { api, name, invitation }: IDesktopRequest,
  verb: Verb,
  last: Desktop.IModel | null = null
): Promise<Desktop.IModel | null> {
  const step = last?.phase === 'starting' ? (last.step ?? undefined) : undefined;
  try {
    return await (verb === 'create' ? api.create({ name }) : verb === 'start' ? api.start(name) : api.get(name, step));
  } catch (error) {
    const { status, code } = toDesktopError(error);
    if (status !== 403 || code === ProblemCodes.ORIGIN || code === ProblemCodes.XSRF) {
      throw error;
    }
    if (invitation !== undefined) {
      return null;
    }
    if (verb === 'start') {
      return withoutStart(await api.get(name));
    }
    throw error;
  }
}

/** Return the model for a user who may only see desktops: if it is stopped, it says that they cannot start it. */
function withoutStart(model: Desktop.IModel): Desktop.IModel {
  const error = makeProblem('start-not-allowed', 'You are not allowed to start this desktop.');
  return model.phase === 'stopped' ? { ...model, error: model.error ?? error } : model;
}
