import { ILabShell } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { MenuBar, Widget } from '@lumino/widgets';

import { CommandIDs } from '../commands';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Menu } from '@lumino/widgets';

/** The item of Notebook's toolbar that holds the menu "New", and the entry of it to come behind. */
const TOOLBAR = 'FileBrowser';
const NEW_DROPDOWN = 'new-dropdown';
const NEW_TERMINAL = 'terminal:create-new';

export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:notebook',
  description: 'Adds "Desktop" to the menu "New" above the file list of Notebook 7.',
  autoStart: true,
  optional: [ILabShell, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    labShell: ILabShell | null,
    registry: IToolbarWidgetRegistry | null
  ): void => {
    if (labShell !== null || registry === null) {
      return;
    }
    const menus = new Set<Menu>();
    void app.started.then(() => extendNewMenu(registry, menus));
    // Notebook fills the menu anew when the kernels change.
    app.serviceManager.kernelspecs.specsChanged.connect(() => menus.forEach(addDesktop));
  }
};

/** Notebook has no token for that menu, but hands out what makes its toolbar's item. */
function extendNewMenu(registry: IToolbarWidgetRegistry, menus: Set<Menu>): void {
  const original = registry.addFactory(TOOLBAR, NEW_DROPDOWN, () => new Widget());
  if (original === undefined) {
    return;
  }
  registry.addFactory(TOOLBAR, NEW_DROPDOWN, browser => {
    const item = original(browser);
    if (item instanceof MenuBar && item.menus.length > 0) {
      menus.add(item.menus[0]);
      addDesktop(item.menus[0]);
    }
    return item;
  });
}

function addDesktop(menu: Menu): void {
  const commands = menu.items.map(item => item.command);
  if (!commands.includes(CommandIDs.open)) {
    menu.insertItem(commands.indexOf(NEW_TERMINAL) + 1, { command: CommandIDs.open });
  }
}
