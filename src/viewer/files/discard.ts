import { toDesktopError } from '../../services/problems';
import { isUnreachable } from './contentserrors';

import type { IContents } from '../../services/contents';
import type { IDesktopAPI } from '../../tokens';

/**
 * Remove an incomplete file, with our server extension if it can, since Jupyter's trash needs space.
 *
 * `local` is its path on the server's own drive; null if it is on another.
 */
export async function discardUpload(
  api: IDesktopAPI,
  contents: IContents,
  path: string,
  local: string | null = path
): Promise<void> {
  try {
    if (local !== null) {
      await api.discardUpload(local);
      return;
    }
  } catch (error) {
    if (isUnreachable(error) || toDesktopError(error).status === 404) {
      throw error;
    }
  }
  await contents.delete(path);
}
