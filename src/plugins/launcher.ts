import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:launcher',
  description: 'Adds the tile "Desktop" to the launcher.',
  autoStart: true,
  requires: [ITranslator],
  // Notebook 7 has no launcher.
  optional: [ILauncher],
  activate: (_: JupyterFrontEnd, translator: ITranslator, launcher: ILauncher | null): void => {
    // The launcher's own name for its section, in the user's language.
    const category = translator.load('jupyterlab').__('Other');
    // After the terminal, whose icon the section uses.
    launcher?.add({ command: CommandIDs.open, category, rank: 0.5 });
  }
};
