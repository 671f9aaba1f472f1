import { ILabShell } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';
import { translatedSettings } from '../lab/settingtexts';
import { addDisplayCommands } from '../lab/windows/display';
import { WindowNotices } from '../lab/windows/notices';
import { WindowSettings } from '../lab/windows/settings';
import { addTerminalCommand } from '../lab/windows/terminal';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

const ID = 'jupyter-vnc-proxy:windows';

export const windowsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Opens windows of kernels and terminals on desktops, and tells of those that appear unseen.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  optional: [ILabShell, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    tracker: IDesktopTracker,
    translator: ITranslator,
    labShell: ILabShell | null,
    registry: ISettingRegistry | null
  ): void => {
    const trans = translator.load('jupyter_vnc_proxy');
    const settings = new WindowSettings();
    addDisplayCommands({ app, manager, tracker, trans, labShell, settings });
    addTerminalCommand({ app, manager, tracker, trans });
    if (registry !== null) {
      const settingRegistry = translatedSettings(registry, ID, trans);
      settingRegistry.transform(ID, {});
      void settings.follow(settingRegistry, ID, trans);
    }
    if (labShell === null) {
      return; // without panels, it is unknown whether a desktop is seen
    }
    const panels = (name: string) => {
      const found: IDesktopTracker['currentWidget'][] = [];
      tracker.forEach(panel => {
        if (panel.content.connection.name === name) {
          found.push(panel);
        }
      });
      return found;
    };
    const notices = new WindowNotices({
      api: manager.api,
      events: app.serviceManager.events.stream,
      trans,
      isVisible: name => panels(name).some(panel => panel?.isVisible),
      isWanted: name => settings.notifies(name),
      connections: name => panels(name).map(panel => panel?.content.connection.status.connectionId ?? ''),
      show: name => void app.commands.execute(CommandIDs.open, { name }),
      mute: name => void settings.mute(name)
    });
    const update = () => notices.update();
    settings.changed.connect(update);
    labShell.currentChanged.connect(update);
    labShell.layoutModified.connect(update);
  }
};
