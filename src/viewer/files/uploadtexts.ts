import { UnreadableFile } from './base64';
import { contentsErrorText } from './contentserrors';
import { DamagedFile } from './upload';
import { OtherKind } from './uploadplan';

import type { ITranslation } from '../translation';
import type { IDropped } from './dropped';
import type { Upload } from './upload';

/** The failures that the details list. */
const MAX_LISTED = 100;

/** How an upload has ended, for people. */
export interface IUploadResult {
  readonly kind: 'done' | 'cancelled' | 'failed';
  readonly message: string;
  /** Each failure, one a line, if there are several. */
  readonly details: string | null;
}

/** Say how far an upload is. */
export function progressText(upload: Upload, trans: ITranslation): string {
  return upload.isCancelled
    ? trans.__('Cancelling the upload…')
    : trans.__('Uploading %1 of %2…', size(upload.done, trans), size(upload.total, trans));
}

/** Say how an upload has ended; null if there is nothing to say. */
export function uploadResult(upload: Upload, dropped: IDropped, trans: ITranslation): IUploadResult | null {
  const { failures, uploaded } = upload;
  const count = trans._n('%1 file was uploaded.', '%1 files were uploaded.', uploaded);
  if (failures.length > 0) {
    const lines = failures.slice(0, MAX_LISTED).map(({ path, error }) => `"${path}": ${failureText(error, trans)}`);
    const details = failures.length > 1 ? lines.join('\n') : null;
    return { kind: 'failed', message: trans.__('The upload failed. %1 %2', lines[0], count), details };
  }
  if (upload.isCancelled) {
    return { kind: 'cancelled', message: trans.__('The upload was cancelled. %1', count), details: null };
  }
  return uploaded > 0 || dropped.folders.length > 0 ? { kind: 'done', message: count, details: null } : null;
}

/** Say why nothing was uploaded, if the upload could not begin. */
export function uploadProblem(error: unknown, trans: ITranslation): string {
  return trans.__('The upload failed. %1', contentsErrorText(error, trans));
}

function failureText(error: unknown, trans: ITranslation): string {
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

function size(bytes: number, trans: ITranslation): string {
  const megabytes = bytes / 1e6;
  return trans.__('%1 MB', megabytes.toFixed(megabytes < 10 ? 1 : 0));
}
