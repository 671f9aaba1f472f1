import { DesktopError } from '../../services/errors';
import { ProblemCodes } from '../../services/problemcodes';
import { translateServerText } from '../servertexts';

import type { ITranslation } from '../translation';

/** The statuses of proxies whose server does not respond. */
const NO_SERVER = [502, 503, 504];

/** The server may not write to a folder, because of its permissions or since its disk is read-only. */
export class ReadOnlyFolder extends Error {}

/** The HTTP status of a failed request; 0 if there was no response. */
export function statusOf(error: unknown): number {
  return error instanceof DesktopError ? error.status : 0;
}

/** Whether a request failed since the server could not be reached, so that another attempt may succeed. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof DesktopError && (error.status === 0 || NO_SERVER.includes(error.status));
}

/** Whether everything that follows would fail for the same reason. */
export function isFinal(error: unknown): boolean {
  return isUnreachable(error) || isDiskFull(error) || isUnwritten(error);
}

function isDiskFull(error: unknown): boolean {
  return /\[Errno (28|122)\]|No space left|quota exceeded/i.test(error instanceof Error ? error.message : '');
}

/** Whether the server began to write a new file and failed: Jupyter then names a backup, of which there is none. */
function isUnwritten(error: unknown): boolean {
  return /\[Errno 2\].*\.~.* -> /s.test(error instanceof Error ? error.message : '');
}

/** Say why a request to the Contents API failed. */
export function contentsErrorText(error: unknown, trans: ITranslation): string {
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error)) {
    return trans.__('There is no space left on the server’s disk.');
  }
  if (isUnwritten(error)) {
    return trans.__('The server could not write the file. Perhaps its disk is full.');
  }
  if (error instanceof ReadOnlyFolder || /\[Errno 30\]|Read-only file system/i.test(message)) {
    return trans.__('The folder is read-only.');
  }
  if (isUnreachable(error)) {
    return trans.__('The Jupyter server does not respond.');
  }
  if (error instanceof DesktopError && error.code === ProblemCodes.XSRF) {
    return translateServerText(message, trans);
  }
  switch (statusOf(error)) {
    case 403:
      return trans.__('There is no permission to write there.');
    case 404:
      return trans.__('The folder does not exist.');
    case 413:
      return trans.__('The server, or a proxy before it, does not accept files of this size.');
    default:
      return message;
  }
}
