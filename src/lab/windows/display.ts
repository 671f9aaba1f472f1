import { Notification } from '@jupyterlab/apputils';

import { labelFor } from '../../viewer/titles';
import { Desktop } from '../../model';
import { CommandIDs } from '../commands/ids';
import { showText } from '../dialogs';
import { kernelOf, setVariables, UnknownLanguage } from './kernel';

import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import type { IDesktopManager, IDesktopTracker } from '../../tokens';
import type { Variables } from './kernel';
import type { WindowSettings } from './settings';

interface IContext {
  app: JupyterFrontEnd;
  manager: IDesktopManager;
  tracker: IDesktopTracker;
  trans: TranslationBundle;
  labShell: ILabShell | null;
  settings: WindowSettings;
}

/** A running desktop's variables for programs that open windows; all of them are removed without one. */
export function displayVariables(model: Desktop.IModel | null): Variables {
  return { DISPLAY: model?.display ?? null, XAUTHORITY: model?.xauthority ?? null };
}

/** Find the running desktop with the given name, or else that of the current panel or the default one. */
export function findDesktop(
  { manager, tracker }: Pick<IContext, 'manager' | 'tracker'>,
  requested: unknown
): Desktop.IModel | undefined {
  const isRunning = ({ phase, display }: Desktop.IModel) => phase === 'running' && display !== null;
  const { name: current } = tracker.currentWidget?.content.connection ?? {};
  const names = requested === undefined ? [current, Desktop.DEFAULT_NAME] : [requested];
  const running = manager.desktops().filter(isRunning);
  return names.map(name => running.find(model => model.name === name)).find(model => model !== undefined);
}

/** Add the commands that choose where the windows of a kernel open; kernels that start later get the same. */
export function addDisplayCommands(context: IContext): void {
  const { app, manager, trans, labShell, settings } = context;
  const { commands, shell } = app;
  const displayOfCurrent = () => {
    const path = pathOf(shell.currentWidget);
    return path === null ? null : settings.displayOf(path);
  };
  commands.addCommand(CommandIDs.setDisplay, {
    label: trans.__('Show Windows on Desktop'),
    caption: trans.__('Set DISPLAY and XAUTHORITY in the kernel, so that its windows open on the desktop'),
    describedBy: { args: displayArguments },
    isEnabled: args => kernelOf(shell.currentWidget) !== null && findDesktop(context, args.name) !== undefined,
    isToggled: () => typeof displayOfCurrent() === 'object' && displayOfCurrent() !== null,
    execute: async args => {
      const widget = shell.currentWidget;
      const model = findDesktop(context, args.name);
      if (model !== undefined && (await setDisplay(kernelOf(widget), model, trans))) {
        await remember(widget, settings, { desktop: model.name });
      }
    }
  });
  commands.addCommand(CommandIDs.unsetDisplay, {
    label: trans.__('Show No Windows'),
    caption: trans.__('Remove DISPLAY and XAUTHORITY in the kernel, so that its programs open no windows'),
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => kernelOf(shell.currentWidget) !== null,
    isToggled: () => displayOfCurrent() === 'none',
    execute: async () => {
      const widget = shell.currentWidget;
      if (await setDisplay(kernelOf(widget), null, trans)) {
        await remember(widget, settings, 'none');
      }
    }
  });
  const update = () => {
    commands.notifyCommandChanged(CommandIDs.setDisplay);
    commands.notifyCommandChanged(CommandIDs.unsetDisplay);
  };
  manager.changed.connect(update);
  settings.changed.connect(update);
  const followed = new WeakSet<Widget>();
  const follow = () => {
    for (const widget of shell.widgets('main')) {
      if (!followed.has(widget)) {
        followed.add(widget);
        followKernels(widget, context, update);
      }
    }
    update();
  };
  labShell?.currentChanged.connect(follow);
  labShell?.layoutModified.connect(follow);
}

/** Give each kernel that a notebook starts what the user has chosen for the notebook. */
function followKernels(widget: Widget, context: IContext, update: () => void): void {
  const { sessionContext } = widget as { sessionContext?: ISessionContext };
  if (sessionContext === undefined) {
    return;
  }
  let isNew = false;
  const apply = () => {
    const kernel = kernelOf(widget);
    const display = context.settings.displayOf(pathOf(widget) ?? '');
    const model = display === 'none' ? null : display && findDesktop(context, display.desktop);
    // A desktop that does not run now has no display to show windows on.
    if (kernel !== null && display !== null && model !== undefined) {
      // An unknown language was said when the user chose. A restart cancels what was requested before.
      setVariables(kernel, displayVariables(model)).catch(() => undefined);
    }
  };
  sessionContext.kernelChanged.connect(() => {
    update();
    apply();
  });
  sessionContext.statusChanged.connect((_, status) => {
    if (status === 'restarting' || status === 'autorestarting') {
      // Now, so that it comes before the cells that the user runs meanwhile; and again, because it may be lost.
      isNew = true;
      apply();
    } else if (status === 'idle' && isNew) {
      isNew = false;
      apply();
    }
  });
  void sessionContext.ready.then(update, () => undefined);
}

/** Set a kernel's display and say so; return whether it worked. */
async function setDisplay(
  kernel: Kernel.IKernelConnection | null,
  model: Desktop.IModel | null,
  trans: TranslationBundle
): Promise<boolean> {
  if (kernel === null) {
    return false;
  }
  try {
    await setVariables(kernel, displayVariables(model));
  } catch (error) {
    const message =
      error instanceof UnknownLanguage
        ? trans.__('Environment variables of %1 kernels are not supported.', error.language)
        : String(error);
    await showText(trans.__('Show Windows on Desktop'), message, trans);
    return false;
  }
  const message =
    model === null
      ? trans.__('The programs of this kernel will open no windows.')
      : trans.__(
          'The windows of this kernel will open on "%1" (%2).',
          labelFor(model.name, trans),
          model.display ?? ''
        );
  Notification.success(message, { autoClose: 4000 });
  return true;
}

async function remember(
  widget: Widget | null,
  settings: WindowSettings,
  display: Parameters<WindowSettings['setDisplay']>[1]
): Promise<void> {
  const path = pathOf(widget);
  if (path !== null) {
    await settings.setDisplay(path, display);
  }
}

/** Return the path of a notebook; consoles have one that is never used again. */
function pathOf(widget: Widget | null): string | null {
  const { context } = (widget ?? {}) as { context?: { path?: string } };
  return context?.path ?? null;
}

const displayArguments = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'The name of the desktop; defaults to the current one' }
  }
};
