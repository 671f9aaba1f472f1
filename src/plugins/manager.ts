import { ServerConnection } from '@jupyterlab/services';

import { DesktopAPI } from '../services/restapi';
import { DesktopManager } from '../services/manager';
import { Attention } from '../viewer/attention';
import { DesktopViewer } from '../viewer/desktopviewer';
import { IDesktopManager } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const managerPlugin: JupyterFrontEndPlugin<IDesktopManager> = {
  id: 'jupyter-vnc-proxy:manager',
  description: 'Provides the desktops of this Jupyter server.',
  autoStart: true,
  provides: IDesktopManager,
  activate: (app: JupyterFrontEnd): IDesktopManager => {
    const { serverSettings, standby } = app.serviceManager as typeof app.serviceManager & {
      standby?: DesktopManager.IOptions['standby'];
    };
    const api = new DesktopAPI({
      baseUrl: serverSettings.baseUrl,
      wsUrl: serverSettings.wsUrl,
      token: serverSettings.appendToken ? serverSettings.token : '',
      send: (url, init) => ServerConnection.makeRequest(url, init, serverSettings)
    });
    const attention = new Attention({ returned: () => void manager.refresh() });
    const manager = new DesktopManager({ api, prepare: DesktopViewer.prepare, standby, attention });
    return manager;
  }
};
