import { Dialog, Notification } from '@jupyterlab/apputils';

import { contentsErrorText } from './contents';
import { DamagedFile, Upload } from './upload';
import { OtherKind } from './uploadplan';
import { UnreadableFile } from './base64';
import { showNamedDialog, showText } from '../dialogs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDropped } from './dropped';
import type { Choice, Choose } from './uploadplan';

/** The shortest time between two changes of the progress bar. */
const UPDATE_MS = 200;

/** The failures that the details list. */
const MAX_LISTED = 100;

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

/**
 * Run an upload, with a notification that cancels it and a progress bar in `node`; return it when it has ended.
 *
 * JupyterLab's notifications have no bar.
 */
export async function uploadWithProgress(
  options: Upload.IOptions,
  node: HTMLElement,
  trans: TranslationBundle
): Promise<Upload> {
  const bar = document.createElement('progress');
  bar.className = 'jp-Desktop-uploadBar';
  bar.setAttribute('aria-label', trans.__('Upload'));
  let id: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    timer = undefined;
    const label = trans.__('Cancel');
    const message = upload.isCancelled
      ? trans.__('Cancelling the upload…')
      : trans.__('Uploading %1 of %2…', size(upload.done, trans), size(upload.total, trans));
    const state = {
      autoClose: false as const,
      actions: upload.isCancelled
        ? []
        : [
            {
              label,
              callback: (event: MouseEvent) => {
                event.preventDefault();
                upload.cancel();
              }
            }
          ]
    };
    bar.value = upload.total > 0 ? Math.min(upload.done / upload.total, 1) : 0;
    if (id === null) {
      node.append(bar);
      id = Notification.emit(message, 'in-progress', state);
    } else {
      Notification.update({ id, message, ...state });
    }
  };
  const upload = new Upload({
    ...options,
    // The bar is not shown before the questions are answered.
    changed: () => (timer ??= setTimeout(show, UPDATE_MS))
  });
  const keepPage = (event: Event) => event.preventDefault();
  window.addEventListener('beforeunload', keepPage);
  try {
    await upload.run();
  } finally {
    window.removeEventListener('beforeunload', keepPage);
    clearTimeout(timer);
    bar.remove();
    if (id !== null) {
      Notification.dismiss(id);
    }
  }
  return upload;
}

/** Say how an upload has ended; `actions` are offered if anything was uploaded. */
export function reportUpload(
  upload: Upload,
  dropped: IDropped,
  actions: Notification.IAction[],
  trans: TranslationBundle
): void {
  const { failures, uploaded } = upload;
  const count = trans._n('%1 file was uploaded.', '%1 files were uploaded.', uploaded);
  if (failures.length > 0) {
    const [first] = failures;
    const reason = `"${first.path}": ${failureText(first.error, trans)}`;
    const lines = failures.slice(0, MAX_LISTED).map(({ path, error }) => `"${path}": ${failureText(error, trans)}`);
    const title = trans.__('Upload');
    const details = { label: trans.__('Details'), callback: () => void showText(title, lines.join('\n'), trans) };
    Notification.error(trans.__('The upload failed. %1 %2', reason, count), {
      autoClose: false,
      actions: failures.length > 1 ? [details, ...actions] : actions
    });
  } else if (upload.isCancelled) {
    Notification.info(trans.__('The upload was cancelled. %1', count), { autoClose: 5000 });
  } else if (uploaded > 0 || dropped.folders.length > 0) {
    Notification.success(count, { autoClose: 10 * 1000, actions });
  }
}

function failureText(error: unknown, trans: TranslationBundle): string {
  if (error instanceof UnreadableFile) {
    return trans.__('The browser can’t read it.');
  }
  if (error instanceof OtherKind) {
    return trans.__('A file and a folder have the same name.');
  }
  if (error instanceof DamagedFile) {
    return trans.__('It did not arrive complete.');
  }
  return contentsErrorText(error, trans);
}

function size(bytes: number, trans: TranslationBundle): string {
  const megabytes = bytes / 1e6;
  return trans.__('%1 MB', megabytes.toFixed(megabytes < 10 ? 1 : 0));
}
