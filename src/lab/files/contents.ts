import { ServerConnection } from '@jupyterlab/services';

import { DesktopError } from '../../services/errors';

import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

/** The part of Jupyter's contents manager that uploads need. */
export type IContents = Pick<Contents.IManager, 'get' | 'save' | 'rename' | 'delete'>;

/** The pauses between two attempts while the server does not respond, and the time after which an upload fails. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8 * 1000;
const GIVE_UP_MS = 60 * 1000;

/** The statuses of proxies whose server does not respond. */
const NO_SERVER = [502, 503, 504];

/** The drive that JupyterLab's real-time collaboration adds, which has the same files. */
const SAME_FILES = ['', 'RTC'];

/** Whether a path is one of the Jupyter server's own files, and not of another drive. */
export function isLocal(contents: Contents.IManager, path: string): boolean {
  return SAME_FILES.includes(contents.driveName(path));
}

/** Join a folder's path, perhaps a drive's name with a colon, and one below it. */
export function joined(folder: string, path: string): string {
  return folder === '' || folder.endsWith(':') || folder.endsWith('/') ? folder + path : `${folder}/${path}`;
}

/** The HTTP status of a failed request; 0 if there was no response. */
export function statusOf(error: unknown): number {
  return error instanceof ServerConnection.ResponseError ? error.response.status : 0;
}

/** Whether a request failed since the server could not be reached, so that another attempt may succeed. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof DesktopError) {
    return error.status === 0 || NO_SERVER.includes(error.status);
  }
  return error instanceof ServerConnection.NetworkError || NO_SERVER.includes(statusOf(error));
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

/**
 * Send a request, and again while the server can't be reached; `giveUp` ends that early.
 *
 * The request must have the same effect if it is sent again.
 */
export async function persistently<T>(
  request: () => Promise<T>,
  { giveUp = () => false, time = GIVE_UP_MS }: { giveUp?: () => boolean; time?: number } = {}
): Promise<T> {
  const end = Date.now() + time;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await request();
    } catch (error) {
      if (!isUnreachable(error) || giveUp() || Date.now() + pause > end) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }
}

/** Say why a request to the Contents API failed. */
export function contentsErrorText(error: unknown, trans: TranslationBundle): string {
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error)) {
    return trans.__('There is no space left on the server’s disk.');
  }
  if (isUnwritten(error)) {
    return trans.__('The server could not write the file. Perhaps its disk is full.');
  }
  if (/\[Errno 30\]|Read-only file system/i.test(message)) {
    return trans.__('The folder is read-only.');
  }
  if (isUnreachable(error)) {
    return trans.__('The Jupyter server does not respond.');
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
