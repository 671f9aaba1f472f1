/** Translates texts for users; JupyterLab's `TranslationBundle` is one, and the plain page has its own. */
export interface ITranslation {
  /** Translate a text, and replace `%1`, `%2`, … in it. */
  __(text: string, ...args: unknown[]): string;
}
