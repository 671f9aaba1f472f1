import { translateServerText } from '../viewer/servertexts';

import type { ITranslation } from '../viewer/translation';

/** A problem of a desktop, or a failed request, whose status is 0 if there was no response. */
interface IReason {
  readonly message: string;
  readonly fix?: string | null;
  readonly status?: number;
}

/** Return what went wrong, in words, and what mends it. */
export function problemText({ message, fix, status }: IReason, trans: ITranslation): string {
  return status === 0
    ? trans.__('The Jupyter server does not respond.')
    : [translateServerText(message, trans), fix].filter(Boolean).join(' ');
}
