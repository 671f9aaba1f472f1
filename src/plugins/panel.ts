import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';
import { addOpenPage, addOpenPanel } from '../lab/commands/open';
import { addPanelCommands } from '../lab/commands/panel';
import { DEFAULT_INPUT } from '../viewer/inputsettings';
import { AUTOMATIC_QUALITY } from '../viewer/quality';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { IInputSettings } from '../viewer/inputsettings';
import type { IQualitySettings } from '../viewer/quality';
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
    let settings = DEFAULT_SETTINGS;
    const context = {
      app,
      manager,
      trans,
      tracker,
      quality: () => settings.quality,
      input: () => settings.input,
      combinations: () => settings.combinations
    };
    addOpenPanel(context);
    addPanelCommands(context);
    if (settingRegistry !== null) {
      void followSettings(settingRegistry, changed => {
        settings = changed;
        tracker.forEach(({ content: { viewer } }) => {
          viewer.applyQuality(settings.quality);
          viewer.input.settings = settings.input;
        });
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

interface ISettings {
  quality: IQualitySettings;
  input: IInputSettings;
  /** The user's own combinations of keys to send. */
  combinations: string[];
}

const DEFAULT_SETTINGS: ISettings = { quality: AUTOMATIC_QUALITY, input: DEFAULT_INPUT, combinations: [] };

async function followSettings(registry: ISettingRegistry, apply: (settings: ISettings) => void): Promise<void> {
  const settings = await registry.load(ID);
  const update = () => {
    const { qualityLevel, compressionLevel, commandKey, confirmClose, sendKeys } = settings.composite;
    apply({
      quality: {
        qualityLevel: typeof qualityLevel === 'number' ? qualityLevel : null,
        compressionLevel: Number(compressionLevel)
      },
      input: { commandKey: commandKey === 'alt' ? 'alt' : 'control', confirmClose: confirmClose !== false },
      combinations: Array.isArray(sendKeys) ? sendKeys.map(String) : []
    });
  };
  settings.changed.connect(update);
  update();
}
