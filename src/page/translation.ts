import { fetchJSON, labSetting } from './labsettings';

import type { ITranslation } from '../viewer/translation';

/** The languages that have a catalogue, such as `de_DE`: the build defines this. */
declare const LANGUAGES: readonly string[];

/** The language of the texts in the code, which needs no catalogue. */
const ENGLISH = 'en';

/** The plugin that has JupyterLab's language as its setting. */
const PLUGIN = '@jupyterlab/translation-extension:plugin';

/** The categories of CLDR's plural rules, in the order in which gettext's rules number them. */
const PLURALS = ['zero', 'one', 'two', 'few', 'many', 'other'];

/** A catalogue as JupyterLab reads it, too: translations by the English text, and a header. */
type Catalogue = Record<string, unknown>;

export interface ITranslationOptions {
  /** The base URL of the Jupyter server. */
  baseUrl: string;
  /** Whether the user was invited, so that the server's settings are another user's. */
  isGuest: boolean;
}

/**
 * Load the page's texts in the language that is set in JupyterLab, or else in the browser's.
 *
 * The page has no language packs, so that its catalogues are files beside it.
 */
export async function loadTranslation({ baseUrl, isGuest }: ITranslationOptions): Promise<ITranslation> {
  const browser = navigator.languages.map(each => findLanguage(each)).find(each => each !== null) ?? ENGLISH;
  // Most often it is the same language: its catalogue comes together with the setting.
  const early = load(browser);
  const setting = isGuest ? null : await languageSetting(baseUrl);
  const language = setting === null ? browser : (findLanguage(setting) ?? ENGLISH);
  document.documentElement.lang = language.replace('_', '-');
  return new CatalogueTranslation(await (language === browser ? early : load(language)));
}

/** Translates with a catalogue; what it lacks stays in English. */
export class CatalogueTranslation implements ITranslation {
  constructor(private readonly _catalogue: Catalogue) {}

  __(text: string, ...args: unknown[]): string {
    const [translated] = this._translated(text) ?? [text];
    return filled(translated, args);
  }

  _n(singular: string, plural: string, count: number, ...args: unknown[]): string {
    const translated = this._translated(singular);
    const { language = ENGLISH } = (translated && (this._catalogue[''] as { language?: string } | undefined)) ?? {};
    const forms = translated ?? [singular, plural];
    const rules = new Intl.PluralRules(language);
    const { pluralCategories } = rules.resolvedOptions();
    const index = PLURALS.filter(each => (pluralCategories as string[]).includes(each)).indexOf(rules.select(count));
    return filled(forms[Math.min(index, forms.length - 1)], [count, ...args]);
  }

  private _translated(text: string): string[] | undefined {
    return this._catalogue[text] as string[] | undefined;
  }
}

/** Replace `%1`, `%2`, … in a text. */
function filled(text: string, args: readonly unknown[]): string {
  return text.replace(/%(\d)/g, (_, index: string) => String(args[Number(index) - 1]));
}

/** Return the language that suits a tag such as `de-AT` or `de_DE`; null if there is no catalogue. */
export function findLanguage(tag: string): string | null {
  const [primary] = tag.toLowerCase().split(/[-_]/);
  const exact = LANGUAGES.find(each => each.toLowerCase() === tag.toLowerCase().replace('-', '_'));
  return exact ?? [ENGLISH, ...LANGUAGES].find(each => each.split('_')[0] === primary) ?? null;
}

/** Return the language that the user or the administrator has set in JupyterLab; null if there is none. */
async function languageSetting(baseUrl: string): Promise<string | null> {
  const locale = await labSetting(baseUrl, PLUGIN, 'locale');
  return typeof locale === 'string' && locale !== 'default' ? locale : null;
}

async function load(language: string): Promise<Catalogue> {
  return language === ENGLISH ? {} : (((await fetchJSON(`locale/${language}.json`)) as Catalogue | null) ?? {});
}
