import { IDesktopManager, IDesktopTracker } from 'jupyter-vnc-proxy';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Desktop, IDesktopConnection } from 'jupyter-vnc-proxy';

/** Shows the state of desktops in data attributes of the page. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'desktop-observer:plugin',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker],
  activate: (_: JupyterFrontEnd, manager: IDesktopManager, tracker: IDesktopTracker): void => {
    const { dataset } = document.body;
    const describe = ({ name, phase }: Desktop.IModel) => `${name}: ${phase}`;
    manager.changed.connect((_, models) => {
      dataset.observedDesktops = models.map(describe).join();
    });
    const showConnection = ({ name, status }: IDesktopConnection) => {
      dataset.observedPanel = `${name}: ${status.connected ? 'connected' : 'disconnected'}`;
    };
    tracker.widgetAdded.connect((_, { content: { connection } }) => {
      showConnection(connection);
      connection.statusChanged.connect(showConnection);
    });
  }
};

export default plugin;
