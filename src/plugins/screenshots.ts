import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';

import { addScreenshotCommands } from '../lab/commands/screenshot';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const screenshotsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:screenshots',
  description: 'Takes screenshots of desktops, and inserts them into notebooks.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  optional: [INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    tracker: IDesktopTracker,
    translator: ITranslator,
    notebooks: INotebookTracker | null
  ): void => {
    const trans = translator.load('jupyter_vnc_proxy');
    addScreenshotCommands({ app, manager, tracker, notebooks, trans });
  }
};
