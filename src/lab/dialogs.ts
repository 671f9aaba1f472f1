import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { errorFrom } from '../services/problems';

import type { TranslationBundle } from '@jupyterlab/translation';

/** Tell in words what the server refused, and what mends it. */
export async function showProblem(title: string, error: unknown, trans: TranslationBundle): Promise<void> {
  await showWords(title, wordsFor(error, trans), trans);
}

/** Tell something, a line a sentence or command. */
export async function showWords(title: string, words: string, trans: TranslationBundle): Promise<void> {
  const body = new Widget();
  body.addClass('jp-Desktop-words');
  body.node.textContent = words;
  await showDialog({ title, body, buttons: [Dialog.okButton({ label: trans.__('Close') })] });
}

export function wordsFor(error: unknown, trans: TranslationBundle): string {
  const { status, message, fix } = errorFrom(error);
  if (status === 0) {
    return trans.__('The Jupyter server does not answer.');
  }
  return fix ? `${message}\n${fix}` : message;
}

/** Ask before programs on a desktop end. */
export async function confirmLoss(title: string, action: string, trans: TranslationBundle): Promise<boolean> {
  const result = await showDialog({
    title,
    body: trans.__('All programs on it end. What is not saved in them is lost.'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: action })
    ],
    defaultButton: 0
  });
  return result.button.accept;
}

/** Ask for another title of a tab; null where the person changed their mind. */
export async function askTitle(title: string, trans: TranslationBundle): Promise<string | null> {
  const result = await InputDialog.getText({
    title: trans.__('Rename Tab'),
    label: trans.__('The desktop keeps its name. Empty, the tab has that again.'),
    text: title,
    okLabel: trans.__('Rename')
  });
  return result.button.accept ? (result.value ?? '').trim() : null;
}
