import type { ITranslation } from '../viewer/translation';

/** The plain page is in English: it has no access to JupyterLab's language packs. */
export const english: ITranslation = {
  __: (text, ...args) => text.replace(/%(\d)/g, (_, index: string) => String(args[Number(index) - 1]))
};
