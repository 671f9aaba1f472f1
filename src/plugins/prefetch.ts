import { ILabShell } from '@jupyterlab/application';

import { DesktopViewer } from '../viewer/desktopviewer';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const prefetchPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:prefetch',
  description: 'Loads the RFB client while JupyterLab is idle, so that a desktop opens faster.',
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
        // An error is reported when a desktop opens.
        DesktopViewer.prepare().catch(() => undefined);
      });
    });
  }
};
