import { ILabShell, IRouter } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { followLinks } from '../lab/applications/links';
import { ApplicationOpener } from '../lab/applications/opener';
import { followApplications } from '../lab/applications/tabs';
import { ApplicationTiles, shownApplications, tileSettings } from '../lab/applications/tiles';
import { addApplicationCommands } from '../lab/commands/applications';
import { translatedSettings } from '../lab/settingtexts';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

const ID = 'jupyter-vnc-proxy:applications';

export const applicationsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Opens applications alone: adds their tiles to the launcher, and follows links to them.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  optional: [ILabShell, ILauncher, IRouter, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    tracker: IDesktopTracker,
    translator: ITranslator,
    labShell: ILabShell | null,
    launcher: ILauncher | null,
    router: IRouter | null,
    registry: ISettingRegistry | null
  ): void => {
    // Notebook has no panels, and the plain page follows links itself.
    if (labShell === null) {
      return;
    }
    const trans = translator.load('jupyter_vnc_proxy');
    const opener = new ApplicationOpener({ manager, commands: app.commands, trans, language: translator.languageCode });
    const tiles = launcher && new ApplicationTiles(launcher, trans.__('Applications'));
    let settings = tileSettings({});
    const update = () => tiles?.show(shownApplications(opener.applications, settings));
    const pin = async (ids: string[]) => {
      await registry?.set(ID, 'pinned', ids);
    };
    addApplicationCommands({ app, manager, trans, opener, pinned: () => settings.pinned, pin });
    followApplications(tracker, manager);
    if (router !== null) {
      followLinks(app, router, trans, ({ id, path }) => opener.openLink(id, path));
    }
    void app.restored.then(() => opener.fetch()).then(update);
    if (registry === null) {
      return;
    }
    const settingRegistry = translatedSettings(registry, ID, trans);
    settingRegistry.transform(ID, {});
    void settingRegistry.load(ID).then(
      loaded => {
        const apply = () => {
          settings = tileSettings(loaded.composite);
          update();
        };
        loaded.changed.connect(apply);
        apply();
      },
      (error: unknown) => {
        Notification.warning(
          trans.__('The settings of applications are ignored, because they are invalid: %1', String(error))
        );
      }
    );
  }
};
