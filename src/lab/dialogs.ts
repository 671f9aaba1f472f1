import { Dialog, InputDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { toDesktopError } from '../services/problems';
import { translateServerText } from '../viewer/servertexts';

import type { TranslationBundle } from '@jupyterlab/translation';

/** Show a dialog that has its title as its name for screen readers; JupyterLab's own have a name only with a short body. */
export function showNamedDialog<T>(
  options: Partial<Dialog.IOptions<T>> & { title: string }
): Promise<Dialog.IResult<T>> {
  return namedDialog(options).launch();
}

/** Return such a dialog, to be launched. */
export function namedDialog<T>(options: Partial<Dialog.IOptions<T>> & { title: string }): Dialog<T> {
  const dialog = new DialogWithButtons<T>(options);
  const { node } = dialog;
  if (node.tagName !== 'DIALOG') {
    // JupyterLab 4.0's
    node.setAttribute('role', 'dialog');
    node.setAttribute('aria-modal', 'true');
  }
  node.setAttribute('aria-label', options.title);
  return dialog;
}

/** A dialog with other buttons than its own: in JupyterLab 4.0, the Enter key presses none of them. */
class DialogWithButtons<T> extends Dialog<T> {
  protected override _evtKeydown(event: KeyboardEvent): void {
    const control = (event.target as Element).closest('a, button, summary');
    const isOther = control !== null && control.closest('.jp-Dialog-footer') === null;
    if (event.key !== 'Enter' || !isOther) {
      super._evtKeydown(event);
    }
  }
}

/** Show an error, and how to fix it. */
export async function showProblem(title: string, error: unknown, trans: TranslationBundle): Promise<void> {
  await showText(title, errorText(error, trans), trans);
}

/** Show a text of one or more lines. */
export async function showText(title: string, text: string, trans: TranslationBundle): Promise<void> {
  const body = new Widget();
  body.addClass('jp-Desktop-text');
  body.node.textContent = text;
  await showNamedDialog({ title, body, buttons: [Dialog.okButton({ label: trans.__('Close') })] });
}

/** Return an error's message and, on a second line, how to fix it. */
export function errorText(error: unknown, trans: TranslationBundle): string {
  const { status, message, fix } = toDesktopError(error);
  if (status === 0) {
    return trans.__('The Jupyter server does not respond.');
  }
  const reason = translateServerText(message, trans);
  return fix ? `${reason}\n${fix}` : reason;
}

/** Ask for confirmation before the programs of a desktop are ended. */
export async function confirmDataLoss(title: string, action: string, trans: TranslationBundle): Promise<boolean> {
  const result = await showNamedDialog({
    title,
    body: trans.__('All its programs will be closed. Unsaved work will be lost.'),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.warnButton({ label: action })],
    defaultButton: 0
  });
  return result.button.accept;
}

/** Ask which keys to send; return null if the user cancels. */
export async function askKeys(usual: string[], trans: TranslationBundle): Promise<string | null> {
  const result = await InputDialog.getItem({
    title: trans.__('Send Keys'),
    label: trans.__('Names of keys with "+" between them'),
    items: usual,
    editable: true,
    okLabel: trans.__('Send')
  });
  return result.button.accept ? result.value : null;
}

/** Ask for a new title of a tab; return null if the user cancels. */
export async function askTitle(title: string, trans: TranslationBundle): Promise<string | null> {
  const result = await InputDialog.getText({
    title: trans.__('Rename Tab'),
    label: trans.__('The desktop keeps its name. Leave the title empty to use the name.'),
    text: title,
    okLabel: trans.__('Rename')
  });
  return result.button.accept ? (result.value ?? '').trim() : null;
}
