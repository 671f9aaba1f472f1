import { ILabShell } from '@jupyterlab/application';

import { DesktopScreen } from '../viewer/screen';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const prefetchPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:prefetch',
  description: 'Fetches the RFB client while JupyterLab has nothing else to do, so that a desktop opens faster.',
  autoStart: true,
  optional: [ILabShell],
  activate: (app: JupyterFrontEnd, labShell: ILabShell | null): void => {
    if (labShell === null) {
      return;
    }
    // Safari has no requestIdleCallback.
    const whenIdle = window.requestIdleCallback ?? ((callback: () => void) => setTimeout(callback, 500));
    void app.restored.then(() => {
      whenIdle(() => {
        // A failure is told when a desktop is opened.
        DesktopScreen.prepare().catch(() => undefined);
      });
    });
  }
};
