import { launcherPlugin } from './plugins/launcher';
import { managerPlugin } from './plugins/manager';
import { notebookPlugin } from './plugins/notebook';
import { palettePlugin } from './plugins/palette';
import { panelPlugin } from './plugins/panel';
import { prefetchPlugin } from './plugins/prefetch';

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  managerPlugin,
  panelPlugin,
  launcherPlugin,
  notebookPlugin,
  palettePlugin,
  prefetchPlugin
];

export default plugins;
