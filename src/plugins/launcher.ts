import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:launcher',
  description: 'Adds the tile "Desktop" to the launcher.',
  autoStart: true,
  requires: [ILauncher, ITranslator],
  activate: (_: JupyterFrontEnd, launcher: ILauncher, translator: ITranslator): void => {
    // The launcher's own word for its section.
    const category = translator.load('jupyterlab').__('Other');
    launcher.add({ command: CommandIDs.open, category, rank: 0 });
  }
};
