import { ILabShell } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands';
import { showWords } from '../lab/dialogs';
import { kernelOf, setVariables, UnknownLanguage } from '../lab/kernel';
import { nameFor } from '../viewer/titles';
import { Desktop, IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Kernel } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

export const displayPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:display',
  description: 'Adds a command that has the kernel of a notebook show its windows on a desktop.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  optional: [ILabShell],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    tracker: IDesktopTracker,
    translator: ITranslator,
    labShell: ILabShell | null
  ): void => {
    const trans = translator.load('jupyter-vnc-proxy');
    const { commands, shell } = app;
    const isRunning = ({ phase, display }: Desktop.IModel) => phase === 'running' && display !== null;
    /** The desktop that is named, that was looked at last, or the default one. */
    const desktop = (wanted: unknown) => {
      const names = wanted === undefined ? [tracker.currentWidget?.content.session.name, Desktop.DEFAULT_NAME] : [wanted];
      const running = manager.desktops().filter(isRunning);
      return names.map(name => running.find(model => model.name === name)).find(model => model !== undefined);
    };
    commands.addCommand(CommandIDs.setDisplay, {
      label: trans.__('Show Windows on Desktop'),
      caption: trans.__('Set DISPLAY and XAUTHORITY in the kernel, so that its windows open on the desktop'),
      describedBy: { args: displayArguments },
      isEnabled: args => kernelOf(shell.currentWidget) !== null && desktop(args.name) !== undefined,
      execute: async args => {
        const kernel = kernelOf(shell.currentWidget);
        const model = desktop(args.name);
        if (kernel !== null && model !== undefined) {
          await setDisplay(kernel, model, trans);
        }
      }
    });
    const update = () => commands.notifyCommandChanged(CommandIDs.setDisplay);
    manager.changed.connect(update);
    labShell?.currentChanged.connect((_, { newValue }) => {
      update();
      followKernel(newValue, update);
    });
  }
};

/** The command is there as soon as the notebook's kernel is. */
function followKernel(widget: Widget | null, update: () => void): void {
  const { sessionContext } = (widget ?? {}) as { sessionContext?: { ready?: Promise<void> } };
  void sessionContext?.ready?.then(update, () => undefined);
}

async function setDisplay(
  kernel: Kernel.IKernelConnection,
  model: Desktop.IModel,
  trans: TranslationBundle
): Promise<void> {
  const display = model.display ?? '';
  try {
    await setVariables(kernel, { DISPLAY: display, XAUTHORITY: model.xauthority });
    const words = trans.__('Windows of this kernel open on "%1" (%2).', nameFor(model.name, trans), display);
    Notification.success(words, { autoClose: 4000 });
  } catch (error) {
    const words =
      error instanceof UnknownLanguage
        ? trans.__('The environment of a %1 kernel cannot be changed from here.', error.language)
        : String(error);
    await showWords(trans.__('Show Windows on Desktop'), words, trans);
  }
}

const displayArguments = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'The name of the desktop; without it the one looked at last' }
  }
};
