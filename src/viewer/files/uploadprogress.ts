import { Upload } from './upload';
import { progressText } from './uploadtexts';

import type { ITranslation } from '../translation';

/** The shortest time between two changes of the progress bar. */
const UPDATE_MS = 200;

/** Shows the progress of an upload in words. */
export interface IProgressView {
  /** Called whenever that changes; `cancel` is null if the upload can't be cancelled any more. */
  show(message: string, cancel: (() => void) | null): void;
  /** Called when the upload has ended. */
  hide(): void;
}

/** Run an upload, with a progress bar in `node`; return it when it has ended. */
export async function uploadWithProgress(
  options: Upload.IOptions,
  node: HTMLElement,
  view: IProgressView,
  trans: ITranslation
): Promise<Upload> {
  const bar = document.createElement('progress');
  bar.className = 'jp-Desktop-uploadBar';
  bar.setAttribute('aria-label', trans.__('Upload'));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    timer = undefined;
    bar.value = upload.total > 0 ? Math.min(upload.done / upload.total, 1) : 0;
    if (bar.parentElement === null) {
      node.append(bar);
    }
    view.show(progressText(upload, trans), upload.isCancelled ? null : () => upload.cancel());
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
    view.hide();
  }
  return upload;
}
