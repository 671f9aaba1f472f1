import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { copyIcon, ToolbarButton } from '@jupyterlab/ui-components';

import { findPanel, panelArguments } from '../lab/commands/context';
import { CommandIDs } from '../lab/commands/ids';
import { LogView } from '../lab/logview';
import { Desktop } from '../model';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';

export const logPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:log',
  description: 'Shows the logs of desktops.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  optional: [ILabShell, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    desktops: IDesktopTracker,
    translator: ITranslator,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null
  ): void => {
    if (labShell === null) {
      return;
    }
    const trans = translator.load('jupyter_vnc_proxy');
    const tracker = new WidgetTracker<MainAreaWidget<LogView>>({ namespace: 'desktop-log' });
    app.commands.addCommand(CommandIDs.showLog, {
      label: args => (args.fromTab ? trans.__('Show Log') : trans.__('Show Log of Desktop')),
      caption: trans.__('Show the logs of the desktop’s processes'),
      describedBy: { args: logArguments },
      execute: async args => {
        const panel = findPanel(app, desktops, args);
        const name =
          typeof args.name === 'string' ? args.name : (panel?.content.connection.name ?? Desktop.DEFAULT_NAME);
        let shown = tracker.find(({ content }) => content.name === name);
        if (shown === undefined) {
          const part = typeof args.part === 'string' ? args.part : undefined;
          shown = logPanel(new LogView({ name, part, api: manager.api, trans }), trans);
          const isBesidePanel = panel?.content.connection.name === name && panel.isVisible;
          app.shell.add(shown, 'main', isBesidePanel ? { ref: panel.id, mode: 'split-bottom' } : {});
          await tracker.add(shown);
        }
        app.shell.activateById(shown.id);
        return shown;
      }
    });
    if (restorer !== null) {
      void restorer.restore(tracker, {
        command: CommandIDs.showLog,
        args: ({ content }) => ({ name: content.name, part: content.part }),
        name: ({ content }) => content.name
      });
    }
  }
};

function logPanel(content: LogView, trans: TranslationBundle): MainAreaWidget<LogView> {
  const panel = new MainAreaWidget({ content });
  panel.id = `jp-desktop-log-${content.name}`;
  panel.toolbar.addItem('process', content.processSelector);
  const copy = new ToolbarButton({
    icon: copyIcon,
    tooltip: trans.__('Copy the log'),
    onClick: () => void content.copy()
  });
  panel.toolbar.addItem('copy', copy);
  return panel;
}

const logArguments = {
  ...panelArguments,
  properties: {
    ...panelArguments.properties,
    name: { type: 'string', description: "The name of the desktop; defaults to the panel's desktop" },
    part: { type: 'string', description: 'The process whose log to show first' }
  }
};
