import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { DESKTOP_MIME_TYPE, DesktopOutput } from '../lab/output';
import { SETTINGS_ID } from '../lab/settings';
import { IDesktopManager } from '../tokens';
import { settingsTable } from '../viewer/settings/table';
import { resolved } from '../viewer/settings/values';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

/** Before `text/html` (50) and `image/png` (90). */
const RANK = 40;

export const outputPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:output',
  description: 'Shows desktops in the outputs of notebooks.',
  autoStart: true,
  requires: [IDesktopManager, IRenderMimeRegistry, ITranslator],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator,
    registry: ISettingRegistry | null
  ): void => {
    const trans = translator.load('jupyter_vnc_proxy');
    const table = settingsTable(trans);
    let settings: ISettingRegistry.ISettings | null = null;
    // The panels' plugin has completed the settings by then; it reports those that can't be read.
    void app.restored.then(async () => (settings = (await registry?.load(SETTINGS_ID)) ?? null)).catch(() => undefined);
    rendermime.addFactory(
      {
        safe: false, // a notebook that is not trusted connects nobody to a desktop; it shows the picture
        mimeTypes: [DESKTOP_MIME_TYPE],
        createRenderer: () =>
          new DesktopOutput({ manager, trans, settings: name => resolved(table, settings?.composite ?? {}, name) })
      },
      RANK
    );
  }
};
