import type { TranslationBundle } from '@jupyterlab/translation';

/** The plain page speaks English: it comes without JupyterLab's language packs. */
export const english: TranslationBundle = {
  __: fill,
  gettext: fill,
  _n: (one, many, n, ...args: unknown[]) => fill(n === 1 ? one : many, n, ...args),
  ngettext: (one, many, n, ...args: unknown[]) => fill(n === 1 ? one : many, n, ...args),
  _p: (_, text, ...args: unknown[]) => fill(text, ...args),
  pgettext: (_, text, ...args: unknown[]) => fill(text, ...args),
  _np: (_, one, many, n, ...args: unknown[]) => fill(n === 1 ? one : many, n, ...args),
  npgettext: (_, one, many, n, ...args: unknown[]) => fill(n === 1 ? one : many, n, ...args),
  dcnpgettext: (_domain, _context, one, many, n, ...args: unknown[]) => fill(n === 1 ? one : many, n, ...args)
};

function fill(text: string, ...args: unknown[]): string {
  return text.replace(/%(\d)/g, (_, index: string) => String(args[Number(index) - 1]));
}
