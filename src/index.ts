import { applicationsPlugin } from './plugins/applications';
import { displayPlugin } from './plugins/display';
import { filesPlugin } from './plugins/files';
import { launcherPlugin } from './plugins/launcher';
import { lifecyclePlugin } from './plugins/lifecycle';
import { logPlugin } from './plugins/log';
import { managerPlugin } from './plugins/manager';
import { palettePlugin } from './plugins/palette';
import { panelPlugin } from './plugins/panel';
import { prefetchPlugin } from './plugins/prefetch';
import { runningPlugin } from './plugins/running';
import { statusBarPlugin } from './plugins/statusbar';

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

export * from './model';
export * from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  managerPlugin,
  panelPlugin,
  lifecyclePlugin,
  logPlugin,
  displayPlugin,
  filesPlugin,
  applicationsPlugin,
  runningPlugin,
  launcherPlugin,
  palettePlugin,
  prefetchPlugin,
  statusBarPlugin
];

export default plugins;
