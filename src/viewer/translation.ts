/** Translates texts for users; JupyterLab's `TranslationBundle` is one, and the plain page has its own. */
export interface ITranslation {
  /** Translate a text, and replace `%1`, `%2`, … in it. */
  __(text: string, ...args: unknown[]): string;
  /** The same with a number, `%1`, that decides between singular and plural. */
  _n(singular: string, plural: string, count: number, ...args: unknown[]): string;
}
