import { Monitor } from '../../viewer/monitor';
import { monitorIcon } from '../icons';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { DesktopPanel, IPanelContext } from './context';

/** Add the commands that give a desktop another monitor, in a panel or in a window. */
export function addMonitorCommands(context: IPanelContext): void {
  const { app, manager, tracker, trans } = context;
  const panelOf = (args: ReadonlyPartialJSONObject) => findPanel(app, tracker, args);
  const isEnabled = (args: ReadonlyPartialJSONObject) => {
    const status = panelOf(args)?.content.connection.status;
    return manager.api.route === 'extension' && status !== undefined && Monitor.canAdd(status);
  };
  /** Make the panel a monitor if it is none; return the number for another one. */
  const nextNumber = (panel: DesktopPanel): number => {
    const { monitor, connection } = panel.content.viewer;
    const { model } = connection.status;
    if (monitor.number === 0) {
      panel.content.monitor = Monitor.nextNumber(0, model);
    }
    return Monitor.nextNumber(monitor.number, model);
  };
  const caption = (args: ReadonlyPartialJSONObject, usual: string) => {
    const { model } = panelOf(args)?.content.connection.status ?? {};
    return model && model.several_monitors !== true ? trans.__('This desktop cannot have several monitors.') : usual;
  };

  app.commands.addCommand(CommandIDs.addMonitor, {
    label: args => (args.fromTab ? trans.__('Add Monitor') : trans.__('Add Monitor to Desktop')),
    caption: args => caption(args, trans.__('Enlarge the desktop by another monitor, in a panel beside this one')),
    icon: monitorIcon,
    describedBy: { args: panelArguments },
    isEnabled,
    execute: args => {
      const panel = panelOf(args);
      if (panel === null) {
        return undefined;
      }
      const { name } = panel.content.connection;
      const number = nextNumber(panel);
      return app.commands.execute(CommandIDs.open, {
        name,
        start: false,
        newPanel: true,
        monitor: number,
        beside: panel.id
      });
    }
  });
  app.commands.addCommand(CommandIDs.addMonitorWindow, {
    label: args => (args.fromTab ? trans.__('Add Monitor in Window') : trans.__('Add Monitor to Desktop in Window')),
    caption: args => caption(args, trans.__('Enlarge the desktop by another monitor, in a window of its own')),
    describedBy: { args: panelArguments },
    isEnabled,
    execute: args => {
      const panel = panelOf(args);
      if (panel !== null) {
        const { connection, viewer, node } = panel.content;
        const { clientWidth, clientHeight } = node;
        viewer.monitor.openWindow(manager.api.pageURL(connection.name), nextNumber(panel), {
          width: clientWidth,
          height: clientHeight
        });
      }
    }
  });
}
