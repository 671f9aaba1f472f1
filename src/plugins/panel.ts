import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { addOpenPage, addOpenPanel, addPanelCommands, CommandIDs } from '../lab/commands';
import { UNCHOSEN } from '../viewer/quality';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { IQualityChoice } from '../viewer/quality';
import type { DesktopWidget } from '../lab/widget';

const ID = 'jupyter-vnc-proxy:plugin';

export const panelPlugin: JupyterFrontEndPlugin<IDesktopTracker> = {
  id: ID,
  description: 'Opens desktops: as panels in JupyterLab, as pages elsewhere.',
  autoStart: true,
  provides: IDesktopTracker,
  requires: [IDesktopManager, ITranslator],
  optional: [ILabShell, ILayoutRestorer, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    translator: ITranslator,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    settingRegistry: ISettingRegistry | null
  ): IDesktopTracker => {
    const trans = translator.load('jupyter-vnc-proxy');
    const tracker = new WidgetTracker<MainAreaWidget<DesktopWidget>>({ namespace: 'desktop' });
    if (labShell === null) {
      addOpenPage({ app, manager, trans });
      // Loaded for the menu in it.
      void settingRegistry?.load(ID);
      return tracker;
    }
    let quality = UNCHOSEN;
    const context = { app, manager, trans, tracker, quality: () => quality };
    addOpenPanel(context);
    addPanelCommands(context);
    if (settingRegistry !== null) {
      void followSettings(settingRegistry, chosen => {
        quality = chosen;
        tracker.forEach(panel => panel.content.screen.applyQuality(chosen));
      });
    }
    if (restorer !== null) {
      void restorer.restore(tracker, {
        command: CommandIDs.open,
        // A reload is no reason to start what was stopped.
        args: ({ content }) => ({
          name: content.session.name,
          start: false,
          view: content.view,
          title: content.ownTitle
        }),
        name: ({ content: { session, view } }) => (view === 1 ? session.name : `${session.name}:${view}`)
      });
    }
    return tracker;
  }
};

async function followSettings(
  registry: ISettingRegistry,
  apply: (quality: IQualityChoice) => void
): Promise<void> {
  const settings = await registry.load(ID);
  const update = () => {
    const { qualityLevel, compressionLevel } = settings.composite;
    apply({
      qualityLevel: typeof qualityLevel === 'number' ? qualityLevel : null,
      compressionLevel: Number(compressionLevel)
    });
  };
  settings.changed.connect(update);
  update();
}
