import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';
import { addOpenPage, addOpenPanel } from '../lab/commands/open';
import { addPanelCommands } from '../lab/commands/panel';
import { DEFAULT_INPUT } from '../viewer/inputsettings';
import { DEFAULT_POINTER, pointerSettings } from '../viewer/pointer/pointersettings';
import { AUTOMATIC_QUALITY } from '../viewer/quality';
import { DEFAULT_SCREEN } from '../viewer/screensize';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { IScreenSettings } from '../viewer/screensize';
import type { IViewerSettings } from '../viewer/vieweroptions';
import type { DesktopWidget } from '../lab/widget';

const ID = 'jupyter-vnc-proxy:plugin';

export const panelPlugin: JupyterFrontEndPlugin<IDesktopTracker> = {
  id: ID,
  description: 'Opens desktops in panels in JupyterLab, and in browser tabs elsewhere.',
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
      // The settings contain the menu entries.
      void settingRegistry?.load(ID);
      return tracker;
    }
    let settings: IPanelSettings = DEFAULT_SETTINGS;
    const context = {
      app,
      manager,
      trans,
      tracker,
      settings: () => settings,
      changeSetting: async (key: string, value: string) => settingRegistry?.set(ID, key, value),
      combinations: () => settings.combinations
    };
    addOpenPanel(context);
    addPanelCommands(context);
    if (settingRegistry !== null) {
      void followSettings(settingRegistry, changed => {
        settings = changed;
        tracker.forEach(panel => panel.content.viewer.applySettings(settings));
      });
    }
    if (restorer !== null) {
      void restorer.restore(tracker, {
        command: CommandIDs.open,
        // A reload must not start a stopped desktop.
        args: ({ content }) => ({
          name: content.connection.name,
          start: false,
          view: content.view,
          title: content.customTitle
        }),
        name: ({ content: { connection, view } }) => (view === 1 ? connection.name : `${connection.name}:${view}`)
      });
    }
    return tracker;
  }
};

interface IPanelSettings extends IViewerSettings {
  /** The user's own combinations of keys to send. */
  combinations: string[];
}

const DEFAULT_SETTINGS: IPanelSettings = {
  quality: AUTOMATIC_QUALITY,
  screen: DEFAULT_SCREEN,
  input: DEFAULT_INPUT,
  pointer: DEFAULT_POINTER,
  combinations: []
};

async function followSettings(registry: ISettingRegistry, apply: (settings: IPanelSettings) => void): Promise<void> {
  const settings = await registry.load(ID);
  const update = () => {
    const { qualityLevel, compressionLevel, resolution, scaling, ...keys } = settings.composite;
    const { commandKey, confirmClose, sendKeys } = keys;
    apply({
      quality: {
        qualityLevel: typeof qualityLevel === 'number' ? qualityLevel : null,
        compressionLevel: Number(compressionLevel)
      },
      screen: {
        resolution: resolution as IScreenSettings['resolution'],
        scaling: scaling as IScreenSettings['scaling']
      },
      input: { commandKey: commandKey === 'alt' ? 'alt' : 'control', confirmClose: confirmClose !== false },
      pointer: pointerSettings(settings.composite),
      combinations: Array.isArray(sendKeys) ? sendKeys.map(String) : []
    });
  };
  settings.changed.connect(update);
  update();
}
