import { ILabShell } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';

import { addLifecycleCommands } from '../lab/commands/lifecycle';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const lifecyclePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:lifecycle',
  description: 'Adds commands that create, start, stop and restart desktops.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  optional: [ILabShell],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    tracker: IDesktopTracker,
    translator: ITranslator,
    labShell: ILabShell | null
  ): void => {
    if (labShell !== null) {
      addLifecycleCommands({ app, manager, tracker, trans: translator.load('jupyter_vnc_proxy') });
    }
  }
};
