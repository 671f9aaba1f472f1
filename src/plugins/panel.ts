import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { IToolbarWidgetRegistry, WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';
import { addOpenPage, addOpenPanel } from '../lab/commands/open';
import { addPanelCommands } from '../lab/commands/panel';
import { LabSettings, SETTINGS_ID } from '../lab/settings';
import { toolbarFiller } from '../lab/toolbar';
import { translatedSettings } from '../lab/settingtexts';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { DesktopWidget } from '../lab/widget';

export const panelPlugin: JupyterFrontEndPlugin<IDesktopTracker> = {
  id: SETTINGS_ID,
  description: 'Opens desktops in panels in JupyterLab, and in browser tabs elsewhere.',
  autoStart: true,
  provides: IDesktopTracker,
  requires: [IDesktopManager, ITranslator],
  optional: [ILabShell, ILayoutRestorer, ISettingRegistry, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    translator: ITranslator,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    registry: ISettingRegistry | null,
    widgets: IToolbarWidgetRegistry | null
  ): IDesktopTracker => {
    const trans = translator.load('jupyter_vnc_proxy');
    const settingRegistry = registry && translatedSettings(registry, SETTINGS_ID, trans);
    const tracker = new WidgetTracker<MainAreaWidget<DesktopWidget>>({ namespace: 'desktop' });
    const fillToolbar =
      settingRegistry !== null && widgets !== null
        ? toolbarFiller({ id: SETTINGS_ID, commands: app.commands, widgets, settings: settingRegistry, translator })
        : () => undefined;
    if (widgets === null) {
      // The settings are only complete with a transform, which else is that of the toolbar.
      settingRegistry?.transform(SETTINGS_ID, {});
    }
    if (labShell === null) {
      addOpenPage({ app, manager, trans });
      // The settings contain the menu entries.
      void settingRegistry?.load(SETTINGS_ID);
      return tracker;
    }
    const settings = new LabSettings(trans);
    const context = { app, manager, trans, tracker, settings, fillToolbar };
    addOpenPanel(context);
    addPanelCommands(context);
    settings.changed.connect(() => {
      tracker.forEach(({ content }) => content.applySettings(settings.for(content.connection.name)));
    });
    if (settingRegistry !== null) {
      void settings.follow(settingRegistry, SETTINGS_ID);
    }
    if (restorer !== null) {
      void restorer.restore(tracker, {
        command: CommandIDs.open,
        // A reload must not start a stopped desktop.
        args: ({ content }) => ({
          name: content.connection.name,
          start: false,
          view: content.view,
          title: content.customTitle,
          isApplication: content.isApplication,
          monitor: content.monitor
        }),
        name: ({ content: { connection, view } }) => (view === 1 ? connection.name : `${connection.name}:${view}`)
      });
    }
    return tracker;
  }
};
