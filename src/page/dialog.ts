import { element } from '../viewer/sharing/element';

/** Show a dialog with a title, which is its name for screen readers, too; it is removed when it is closed. */
export function openDialog(title: string, ...contents: HTMLElement[]): HTMLDialogElement {
  const dialog = element('dialog', 'jp-Desktop-dialog');
  const heading = element('h2', '', title);
  heading.id = 'jp-Desktop-dialogTitle';
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.append(heading, ...contents);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
