import { ILabShell } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';
import { SETTINGS_ID } from '../lab/settings';
import { StatusItem } from '../lab/statusitem';
import { DesktopWidget } from '../lab/widget';
import { IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const statusBarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:status-bar',
  description: 'Adds an item to the status bar with the round trip and the frame rate of the current desktop.',
  autoStart: true,
  requires: [IDesktopTracker, ITranslator],
  optional: [ILabShell, IStatusBar, ISettingRegistry],
  activate: (
    { commands }: JupyterFrontEnd,
    tracker: IDesktopTracker,
    translator: ITranslator,
    labShell: ILabShell | null,
    statusBar: IStatusBar | null,
    settingRegistry: ISettingRegistry | null
  ): void => {
    if (labShell === null || statusBar === null) {
      return;
    }
    let isWanted = settingRegistry === null;
    const currentContent = (): DesktopWidget | null => {
      const panel = tracker.find(each => each === labShell.currentWidget);
      return isWanted && panel?.content instanceof DesktopWidget ? panel.content : null;
    };
    const item = new StatusItem({
      trans: translator.load('jupyter_vnc_proxy'),
      toggle: () => void commands.execute(CommandIDs.toggleStatistics)
    });
    const update = () => {
      item.content = currentContent();
    };
    statusBar.registerStatusItem(statusBarPlugin.id, {
      item,
      align: 'right',
      rank: 50,
      isActive: () => item.isActive,
      activeStateChanged: item.activeChanged
    });
    labShell.currentChanged.connect(update);
    tracker.widgetAdded.connect(update);
    void settingRegistry?.load(SETTINGS_ID).then(
      settings => {
        const apply = () => {
          isWanted = settings.composite.showStatusItem !== false;
          update();
        };
        settings.changed.connect(apply);
        apply();
      },
      // The panels' plugin reports settings that can't be read.
      () => undefined
    );
    update();
  }
};
