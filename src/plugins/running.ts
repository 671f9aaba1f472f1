import { ILabShell } from '@jupyterlab/application';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator } from '@jupyterlab/translation';

import { RunningDesktops } from '../lab/running';
import { IDesktopManager } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { IRunningSessions } from '@jupyterlab/running';

export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:running',
  description: 'Lists desktops in the Running panel.',
  autoStart: true,
  requires: [IDesktopManager, ITranslator],
  optional: [IRunningSessionManagers, ILabShell],
  activate: (
    { commands, version }: JupyterFrontEnd,
    manager: IDesktopManager,
    translator: ITranslator,
    running: IRunningSessionManagers | null,
    labShell: ILabShell | null
  ): void => {
    // In Notebook 7 the list is a page of its own, without the commands that it needs.
    if (labShell !== null) {
      const trans = translator.load('jupyter_vnc_proxy');
      const desktops = new RunningDesktops({ manager, commands, trans, version });
      running?.add(desktops as IRunningSessions.IManager);
    }
  }
};
