import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { copyIcon, ToolbarButton } from '@jupyterlab/ui-components';

import { CommandIDs, panelArguments, panelFinder } from '../lab/commands';
import { LogView } from '../lab/logview';
import { Desktop, IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';

export const logPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:log',
  description: 'Shows the logs of the parts of desktops.',
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
    const trans = translator.load('jupyter-vnc-proxy');
    const tracker = new WidgetTracker<MainAreaWidget<LogView>>({ namespace: 'desktop-log' });
    const panelOf = panelFinder(app, desktops);
    app.commands.addCommand(CommandIDs.showLog, {
      label: args => (args.fromTab ? trans.__('Show Log') : trans.__('Show Log of Desktop')),
      caption: trans.__('Show what the parts of the desktop have written'),
      describedBy: { args: logArguments },
      execute: async args => {
        const panel = panelOf(args);
        const name = typeof args.name === 'string' ? args.name : (panel?.content.session.name ?? Desktop.DEFAULT_NAME);
        let shown = tracker.find(({ content }) => content.name === name);
        if (shown === undefined) {
          const part = typeof args.part === 'string' ? args.part : undefined;
          shown = logPanel(new LogView({ name, part, api: manager.api, trans }), trans);
          const beside = panel?.content.session.name === name && panel.isVisible;
          app.shell.add(shown, 'main', beside ? { ref: panel.id, mode: 'split-bottom' } : {});
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
  panel.toolbar.addItem('part', content.partSelector);
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
    name: { type: 'string', description: "The desktop's name; without it, the panel's" },
    part: { type: 'string', description: 'The part to begin with' }
  }
};
