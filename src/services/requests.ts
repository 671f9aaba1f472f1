import { makeProblem, ProblemCodes, toDesktopError } from './problems';

import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';

/** A request for a desktop's model. */
export type Verb = 'get' | 'start' | 'create';

/** Send a request, and return the desktop's model; null if an invitation grants the desktop's socket alone. */
export async function requestModel(
  api: IDesktopAPI,
  verb: Verb,
  name: string,
  invitation: string | undefined
): Promise<Desktop.IModel | null> {
  try {
    return await (verb === 'create' ? api.create({ name }) : api[verb](name));
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
