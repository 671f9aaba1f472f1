import { Dialog, showDialog } from '@jupyterlab/apputils';

import { DesktopError } from '../services/restapi';
import { showProblem, wordsFor } from './dialogs';
import { NewDesktopForm } from './newdesktopform';
import { errorFrom } from '../services/problems';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Desktop, IDesktopManager } from '../tokens';

/** Ask what a new desktop is to be, and make it; null where the person changed their mind. */
export async function askNewDesktop(
  manager: IDesktopManager,
  trans: TranslationBundle
): Promise<Desktop.IModel | null> {
  const title = trans.__('New Desktop');
  let choices: Desktop.IChoices;
  try {
    choices = await manager.api.backends();
  } catch (error) {
    await showProblem(title, errorFrom(error).status === 404 ? onlyOne(trans) : error, trans);
    return null;
  }
  let wanted: Desktop.ICreateOptions = { name: freeName(manager.desktops()) };
  let problem = '';
  for (;;) {
    const body = new NewDesktopForm({ choices, wanted, problem, trans });
    const result = await showDialog({
      title,
      body,
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Open') })
      ],
      focusNodeSelector: 'input'
    });
    if (!result.button.accept || result.value === null) {
      return null;
    }
    wanted = result.value;
    try {
      return await manager.create(wanted);
    } catch (error) {
      problem = wordsFor(error, trans);
    }
  }
}

/** jupyter-server-proxy's door leads to one desktop, and has nothing to choose. */
function onlyOne(trans: TranslationBundle): DesktopError {
  return new DesktopError({
    status: 404,
    message: trans.__('Only the server extension has more than one desktop. Switch it on, and restart the server:'),
    fix: 'jupyter server extension enable jupyter_vnc_proxy'
  });
}

/** A name that no desktop has: the server's own scheme. */
export function freeName(models: readonly Desktop.IModel[]): string {
  const taken = new Set(models.map(({ name }) => name));
  let number = 1;
  while (taken.has(`desktop-${number}`)) {
    number++;
  }
  return `desktop-${number}`;
}
