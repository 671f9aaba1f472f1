import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:launcher',
  description: 'Adds the tile "Desktop" to the launcher.',
  autoStart: true,
  requires: [ITranslator],
  // Notebook 7 has none.
  optional: [ILauncher],
  activate: (_: JupyterFrontEnd, translator: ITranslator, launcher: ILauncher | null): void => {
    // The launcher's own word for its section.
    const category = translator.load('jupyterlab').__('Other');
    // Right behind the terminal, whose icon is the section's too.
    launcher?.add({ command: CommandIDs.open, category, rank: 0.5 });
  }
};
