import { applicationsPlugin } from './plugins/applications';
import { filesPlugin } from './plugins/files';
import { launcherPlugin } from './plugins/launcher';
import { lifecyclePlugin } from './plugins/lifecycle';
import { logPlugin } from './plugins/log';
import { managerPlugin } from './plugins/manager';
import { outputPlugin } from './plugins/output';
import { palettePlugin } from './plugins/palette';
import { panelPlugin } from './plugins/panel';
import { prefetchPlugin } from './plugins/prefetch';
import { recordingPlugin } from './plugins/recording';
import { runningPlugin } from './plugins/running';
import { screenshotsPlugin } from './plugins/screenshots';
import { statusBarPlugin } from './plugins/statusbar';
import { windowsPlugin } from './plugins/windows';

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

export * from './model';
export * from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  managerPlugin,
  panelPlugin,
  lifecyclePlugin,
  logPlugin,
  windowsPlugin,
  filesPlugin,
  applicationsPlugin,
  recordingPlugin,
  runningPlugin,
  launcherPlugin,
  outputPlugin,
  palettePlugin,
  prefetchPlugin,
  screenshotsPlugin,
  statusBarPlugin
];

export default plugins;
