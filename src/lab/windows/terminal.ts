import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { CommandIDs } from '../commands/ids';
import { showText } from '../dialogs';
import { displayVariables, findDesktop } from './display';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDesktopManager, IDesktopTracker } from '../../tokens';

interface IContext {
  app: JupyterFrontEnd;
  manager: IDesktopManager;
  tracker: IDesktopTracker;
  trans: TranslationBundle;
}

/** Add the command that opens a terminal with a desktop's display, or without any. */
export function addTerminalCommand(context: IContext): void {
  const { app, manager, trans } = context;
  const { commands, serviceManager } = app;
  commands.addCommand(CommandIDs.newTerminal, {
    label: ({ display }) =>
      display === false ? trans.__('Terminal without Windows') : trans.__('Terminal on Desktop'),
    caption: ({ display }) =>
      display === false
        ? trans.__('Open a terminal without DISPLAY, in which programs open no windows')
        : trans.__('Open a terminal whose programs open their windows on the desktop'),
    describedBy: { args: terminalArguments },
    isVisible: () => commands.hasCommand('terminal:open'),
    isEnabled: ({ display, name }) => display === false || findDesktop(context, name) !== undefined,
    execute: async ({ display, name, cwd }) => {
      const model = display === false ? null : findDesktop(context, name);
      if (model === undefined) {
        return undefined;
      }
      try {
        const { serverSettings } = serviceManager;
        const url = URLExt.join(serverSettings.baseUrl, 'api/terminals');
        const body = { extra_env: displayVariables(model), ...(typeof cwd === 'string' && { cwd }) };
        const init = { method: 'POST', body: JSON.stringify(body) };
        const response = await ServerConnection.makeRequest(url, init, serverSettings);
        if (!response.ok) {
          throw await ServerConnection.ResponseError.create(response);
        }
        const terminal = (await response.json()) as { name: string };
        return (await commands.execute('terminal:open', { name: terminal.name })) as unknown;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        await showText(trans.__('The terminal could not be opened'), message, trans);
        return undefined;
      }
    }
  });
  manager.changed.connect(() => commands.notifyCommandChanged(CommandIDs.newTerminal));
}

const terminalArguments = {
  type: 'object',
  properties: {
    display: { type: 'boolean', description: 'Whether programs open their windows on the desktop' },
    name: { type: 'string', description: 'The name of the desktop; defaults to the current one' },
    cwd: { type: 'string', description: 'The working directory' }
  }
};
