import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

export const palettePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:palette',
  description: 'Adds the commands of desktops to the command palette.',
  autoStart: true,
  requires: [ICommandPalette, ITranslator, IDesktopTracker],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette, translator: ITranslator, _: IDesktopTracker): void => {
    const category = translator.load('jupyter-vnc-proxy').__('Desktop');
    for (const command of Object.values(CommandIDs)) {
      // Where desktops are pages, the commands of panels don't exist.
      if (app.commands.hasCommand(command)) {
        palette.addItem({ command, category, args: { isPalette: true } });
      }
    }
  }
};
