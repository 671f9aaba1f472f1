import { ILabShell } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../lab/commands/ids';
import { showText } from '../lab/dialogs';
import { kernelOf, setVariables, UnknownLanguage } from '../lab/kernel';
import { labelFor } from '../viewer/titles';
import { Desktop } from '../model';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Kernel } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

export const displayPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:display',
  description: 'Adds a command that opens the windows of a notebook kernel on a desktop.',
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
    const trans = translator.load('jupyter_vnc_proxy');
    const { commands, shell } = app;
    const isRunning = ({ phase, display }: Desktop.IModel) => phase === 'running' && display !== null;
    /** Find the running desktop with the given name, or else that of the current panel or the default one. */
    const findDesktop = (requested: unknown) => {
      const { name: current } = tracker.currentWidget?.content.connection ?? {};
      const names = requested === undefined ? [current, Desktop.DEFAULT_NAME] : [requested];
      const running = manager.desktops().filter(isRunning);
      return names.map(name => running.find(model => model.name === name)).find(model => model !== undefined);
    };
    commands.addCommand(CommandIDs.setDisplay, {
      label: trans.__('Show Windows on Desktop'),
      caption: trans.__('Set DISPLAY and XAUTHORITY in the kernel, so that its windows open on the desktop'),
      describedBy: { args: displayArguments },
      isEnabled: args => kernelOf(shell.currentWidget) !== null && findDesktop(args.name) !== undefined,
      execute: async args => {
        const kernel = kernelOf(shell.currentWidget);
        const model = findDesktop(args.name);
        if (kernel !== null && model !== undefined) {
          await setDisplay(kernel, model, trans);
        }
      }
    });
    const update = () => commands.notifyCommandChanged(CommandIDs.setDisplay);
    manager.changed.connect(update);
    labShell?.currentChanged.connect((_, { newValue }) => {
      update();
      updateWhenReady(newValue, update);
    });
  }
};

/** Update the command when the widget's kernel is ready. */
function updateWhenReady(widget: Widget | null, update: () => void): void {
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
    const message = trans.__(
      'The windows of this kernel will open on "%1" (%2).',
      labelFor(model.name, trans),
      display
    );
    Notification.success(message, { autoClose: 4000 });
  } catch (error) {
    const message =
      error instanceof UnknownLanguage
        ? trans.__('Environment variables of %1 kernels are not supported.', error.language)
        : String(error);
    await showText(trans.__('Show Windows on Desktop'), message, trans);
  }
}

const displayArguments = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'The name of the desktop; defaults to the current one' }
  }
};
