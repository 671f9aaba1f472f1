import { Dialog } from '@jupyterlab/apputils';

import { DesktopError } from '../services/restapi';
import { errorText, showNamedDialog, showProblem } from './dialogs';
import { NewDesktopForm } from './newdesktopform';
import { toDesktopError } from '../services/problems';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Desktop } from '../model';
import type { IDesktopManager } from '../tokens';

/** Ask for the options of a new desktop, and create it; return null if the user cancels. */
export async function askNewDesktop(
  manager: IDesktopManager,
  trans: TranslationBundle
): Promise<Desktop.IModel | null> {
  const title = trans.__('New Desktop');
  let choices: Desktop.IChoices;
  try {
    choices = await manager.api.backends();
  } catch (error) {
    await showProblem(title, toDesktopError(error).status === 404 ? extensionRequired(trans) : error, trans);
    return null;
  }
  let options: Desktop.ICreateOptions = { name: unusedName(manager.desktops()) };
  let problem = '';
  for (;;) {
    const body = new NewDesktopForm({ choices, initial: options, problem, trans });
    const result = await showNamedDialog({
      title,
      body,
      buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label: trans.__('Create') })],
      focusNodeSelector: 'input'
    });
    if (!result.button.accept || result.value === null) {
      return null;
    }
    options = result.value;
    try {
      return await manager.create(options);
    } catch (error) {
      problem = errorText(error, trans);
    }
  }
}

/** Through jupyter-server-proxy there is only one desktop. */
function extensionRequired(trans: TranslationBundle): DesktopError {
  return new DesktopError({
    status: 404,
    message: trans.__('More than one desktop requires the server extension. Enable it and restart the server:'),
    fix: 'jupyter server extension enable jupyter_vnc_proxy'
  });
}

/** Return an unused name for a desktop, as the server does. */
export function unusedName(models: readonly Desktop.IModel[]): string {
  const taken = new Set(models.map(({ name }) => name));
  let number = 1;
  while (taken.has(`desktop-${number}`)) {
    number++;
  }
  return `desktop-${number}`;
}
