import { Dialog, Notification } from '@jupyterlab/apputils';

import { showNamedDialog, showText } from '../dialogs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Choice, Choose } from '../../viewer/files/uploadplan';
import type { IProgressView } from '../../viewer/files/uploadprogress';
import type { IUploadResult } from '../../viewer/files/uploadtexts';

/** Ask whether a file that exists is overwritten. */
export function chooseInDialog(trans: TranslationBundle): Choose {
  const cancel = Dialog.cancelButton({ label: trans.__('Cancel') });
  const skip = Dialog.createButton({ label: trans.__('Skip') });
  const overwrite = Dialog.warnButton({ label: trans.__('Overwrite') });
  const choices = new Map<string, Choice>([
    [skip.label, 'skip'],
    [overwrite.label, 'overwrite']
  ]);
  return async (path, others) => {
    const { button, isChecked } = await showNamedDialog({
      title: trans.__('Overwrite the file?'),
      body: trans.__('"%1" exists already in the folder.', path),
      buttons: [cancel, skip, overwrite],
      checkbox: others > 0 ? { label: trans._n('Also for %1 other file', 'Also for %1 other files', others) } : null,
      defaultButton: 1
    });
    return { choice: choices.get(button.label) ?? 'cancel', all: isChecked ?? false };
  };
}

/** A notification that shows how far an upload is, and cancels it. */
export class ProgressNotification implements IProgressView {
  constructor(private readonly _trans: TranslationBundle) {}

  show(message: string, cancel: (() => void) | null): void {
    const callback = (event: MouseEvent) => {
      event.preventDefault();
      cancel?.();
    };
    const actions = cancel === null ? [] : [{ label: this._trans.__('Cancel'), callback }];
    const state = { autoClose: false as const, actions };
    if (this._id === null) {
      this._id = Notification.emit(message, 'in-progress', state);
    } else {
      Notification.update({ id: this._id, message, ...state });
    }
  }

  hide(): void {
    if (this._id !== null) {
      Notification.dismiss(this._id);
    }
  }

  private _id: string | null = null;
}

/** Notify of how an upload has ended; `actions` are offered unless it was cancelled. */
export function notifyOfUpload(
  { kind, message, details }: IUploadResult,
  actions: Notification.IAction[],
  trans: TranslationBundle
): void {
  const showDetails = () => void showText(trans.__('Upload'), details ?? '', trans);
  switch (kind) {
    case 'failed':
      Notification.error(message, {
        autoClose: false,
        actions: details === null ? actions : [{ label: trans.__('Details'), callback: showDetails }, ...actions]
      });
      break;
    case 'cancelled':
      Notification.info(message, { autoClose: 5000 });
      break;
    case 'done':
      Notification.success(message, { autoClose: 10 * 1000, actions });
  }
}
