import { ServerConnection } from '@jupyterlab/services';

import { DesktopError } from '../../services/errors';

import type { Contents } from '@jupyterlab/services';
import type { IContents, IContentsModel, IContentsQuery, INewContents } from '../../services/contents';

/** The drive that JupyterLab's real-time collaboration adds, which has the same files. */
const SAME_FILES = ['', 'RTC'];

/** Whether a path is one of the Jupyter server's own files, and not of another drive. */
export function isLocal(contents: Contents.IManager, path: string): boolean {
  return SAME_FILES.includes(contents.driveName(path));
}

/** JupyterLab's contents manager, with all its drives, for uploads. */
export class LabContents implements IContents {
  constructor(private readonly _manager: Contents.IManager) {}

  async get(path: string, query: IContentsQuery): Promise<IContentsModel> {
    const model = await withOurErrors(this._manager.get(path, query));
    // Other drives may not know it of folders.
    return isLocal(this._manager, path) ? model : { ...model, writable: true };
  }

  save(path: string, contents: INewContents): Promise<IContentsModel> {
    return withOurErrors(this._manager.save(path, contents));
  }

  async rename(path: string, target: string): Promise<void> {
    await withOurErrors(this._manager.rename(path, target));
  }

  delete(path: string): Promise<void> {
    return withOurErrors(this._manager.delete(path));
  }
}

async function withOurErrors<T>(response: Promise<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    if (error instanceof ServerConnection.ResponseError) {
      throw new DesktopError({ status: error.response.status, message: error.message });
    }
    throw error instanceof ServerConnection.NetworkError
      ? new DesktopError({ status: 0, message: error.message })
      : error;
  }
}
