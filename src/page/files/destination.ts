import { labSetting } from '../labsettings';

import type { JupyterRequests } from '../../services/jupyterrequests';

/** The plugin that has the folder for uploads as its setting. */
const PLUGIN = 'jupyter-vnc-proxy:files';

/** The drive that JupyterLab's real-time collaboration adds, which has the same files. */
const SAME_FILES = /^RTC:/;

/** Where files are uploaded to, and what the user may do with them. */
export interface IDestination {
  /** The path of the folder in the Contents API; empty for the root of Jupyter's tree. */
  readonly folder: string;
  readonly mayWrite: boolean;
  /** Whether the user may open files on desktops. */
  readonly mayOpen: boolean;
}

/** Ask the server where files are uploaded to; what it doesn't tell, it refuses later. */
export async function findDestination(baseUrl: string, requests: JupyterRequests): Promise<IDestination> {
  const wanted = { contents: ['read', 'write'], vnc: ['execute'] };
  const [setting, { contents = [], vnc = [] }] = await Promise.all([
    labSetting(baseUrl, PLUGIN, 'uploadFolder'),
    requests.permissions(wanted).catch((): Record<string, string[]> => wanted)
  ]);
  return {
    folder: folderFrom(setting),
    mayWrite: contents.includes('read') && contents.includes('write'),
    mayOpen: contents.includes('read') && vnc.includes('execute')
  };
}

/** Return the folder of the setting; the root if it is on another drive of JupyterLab's, which the page can't reach. */
function folderFrom(setting: unknown): string {
  const folder = typeof setting === 'string' ? setting.replace(SAME_FILES, '').replace(/^\/+|\/+$/g, '') : '';
  return folder.split('/')[0].includes(':') ? '' : folder;
}
