import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const palettePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:palette',
  description: 'Adds the commands of desktops to the command palette.',
  autoStart: true,
  requires: [ICommandPalette, ITranslator],
  activate: (_: JupyterFrontEnd, palette: ICommandPalette, translator: ITranslator): void => {
    const category = translator.load('jupyter_vnc_proxy').__('Desktop');
    for (const command of Object.values(CommandIDs)) {
      // The palette hides the commands that a front end without panels lacks.
      palette.addItem({ command, category, args: { isPalette: true } });
    }
  }
};
