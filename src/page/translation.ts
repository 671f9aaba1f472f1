import type { ITranslation } from '../viewer/translation';

/** The languages that have a catalogue, such as `de_DE`: the build defines this. */
declare const LANGUAGES: readonly string[];

/** The language of the texts in the code, which needs no catalogue. */
const ENGLISH = 'en';

/** The setting of JupyterLab's translation, in the REST API of its server. */
const SETTING = 'lab/api/settings/@jupyterlab/translation-extension:plugin';

/** The time that a response may take; without it, the page is in English. */
const TIMEOUT_MS = 3000;

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
    const [translated] = (this._catalogue[text] as string[] | undefined) ?? [text];
    return translated.replace(/%(\d)/g, (_, index: string) => String(args[Number(index) - 1]));
  }
}

/** Return the language that suits a tag such as `de-AT` or `de_DE`; null if there is no catalogue. */
export function findLanguage(tag: string): string | null {
  const [primary] = tag.toLowerCase().split(/[-_]/);
  const exact = LANGUAGES.find(each => each.toLowerCase() === tag.toLowerCase().replace('-', '_'));
  return exact ?? [ENGLISH, ...LANGUAGES].find(each => each.split('_')[0] === primary) ?? null;
}

/** Return the language that the user or the administrator has set in JupyterLab; null if there is none. */
async function languageSetting(baseUrl: string): Promise<string | null> {
  const response = (await fetchJSON(baseUrl + SETTING)) as ISetting | null;
  const locale = response?.settings?.locale ?? response?.schema?.properties?.locale?.default;
  return typeof locale === 'string' && locale !== 'default' ? locale : null;
}

interface ISetting {
  settings?: { locale?: unknown };
  schema?: { properties?: { locale?: { default?: unknown } } };
}

async function load(language: string): Promise<Catalogue> {
  return language === ENGLISH ? {} : (((await fetchJSON(`locale/${language}.json`)) as Catalogue | null) ?? {});
}

/** Fetch JSON; null if there is none. */
async function fetchJSON(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
