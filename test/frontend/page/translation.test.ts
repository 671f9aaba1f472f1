import { CatalogueTranslation, findLanguage, loadTranslation } from '../../../src/page/translation';

const CATALOGUES: Record<string, Record<string, string[]>> = {
  de_DE: { 'Share %1': ['%1 teilen'] },
  fr_FR: { 'Share %1': ['Partager %1'] }
};

/** What JupyterLab's server responds about its language; undefined for no JupyterLab. */
let setting: object | undefined;
let requests: string[];

beforeEach(() => {
  Object.assign(globalThis, { LANGUAGES: Object.keys(CATALOGUES) });
  document.documentElement.lang = 'en';
  AbortSignal.timeout = () => new AbortController().signal;
  [setting, requests] = [undefined, []];
  globalThis.fetch = jest.fn((url: string) => {
    requests.push(url);
    const language = /^locale\/(\w+)\.json$/.exec(url)?.[1];
    const body = language === undefined ? setting : CATALOGUES[language];
    return Promise.resolve({ ok: body !== undefined, json: () => Promise.resolve(body) });
  }) as unknown as typeof fetch;
});

async function shareIn(languages: string[], isGuest = false): Promise<string> {
  jest.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
  const trans = await loadTranslation({ baseUrl: 'http://jupyter/user/', isGuest });
  return `${document.documentElement.lang}: ${trans.__('Share %1', 'red')}`;
}

it("has the browser's first language that has a catalogue, whatever its region", async () => {
  expect(await shareIn(['cs', 'de-AT', 'fr'])).toBe('de-DE: red teilen');
  expect(await shareIn(['fr'])).toBe('fr-FR: Partager red');
  expect(await shareIn(['en-GB', 'de'])).toBe('en: Share red');
  expect(await shareIn(['cs'])).toBe('en: Share red');
});

it('has the language that is set in JupyterLab, by the user or by the administrator', async () => {
  setting = { settings: { locale: 'fr_FR' } };
  expect(await shareIn(['de'])).toBe('fr-FR: Partager red');
  setting = { settings: { locale: 'en' } };
  expect(await shareIn(['de'])).toBe('en: Share red');
  setting = { settings: { locale: 'cs_CZ' } };
  expect(await shareIn(['de'])).toBe('en: Share red');
  setting = { settings: {}, schema: { properties: { locale: { default: 'fr_FR' } } } };
  expect(await shareIn(['de'])).toBe('fr-FR: Partager red');
  setting = { settings: { locale: 'default' } };
  expect(await shareIn(['de'])).toBe('de-DE: red teilen');
  expect(requests).toContain('http://jupyter/user/lab/api/settings/@jupyterlab/translation-extension:plugin');
});

it("does not ask for the settings of an invited user's host", async () => {
  setting = { settings: { locale: 'fr_FR' } };
  expect(await shareIn(['de'], true)).toBe('de-DE: red teilen');
  expect(requests).toEqual(['locale/de_DE.json']);
});

it('is in English if the server does not respond', async () => {
  globalThis.fetch = jest.fn(() => Promise.reject(new TypeError('Failed to fetch')));
  expect(await shareIn(['de'])).toBe('de-DE: Share red');
});

it('finds languages by JupyterLab’s names, too', () => {
  expect(findLanguage('de_DE')).toBe('de_DE');
  expect(findLanguage('cs_CZ')).toBeNull();
});

it('puts values into a text that has no translation', () => {
  expect(new CatalogueTranslation({}).__('%1 of %2', 'a', 'b')).toBe('a of b');
});

it('has the plural that the language needs', () => {
  const header = (language: string) => ({ '': { language, plural_forms: 'nplurals=2; plural=(n != 1);' } });
  const counted = (catalogue: object, count: number) =>
    new CatalogueTranslation({ ...catalogue })._n('%1 file of %2', '%1 files of %2', count, 9);
  expect([0, 1, 2].map(count => counted({}, count))).toEqual(['0 files of 9', '1 file of 9', '2 files of 9']);
  const german = { ...header('de-DE'), '%1 file of %2': ['%1 Datei von %2', '%1 Dateien von %2'] };
  expect([0, 1].map(count => counted(german, count))).toEqual(['0 Dateien von 9', '1 Datei von 9']);
  const french = { ...header('fr-FR'), '%1 file of %2': ['%1 fichier sur %2', '%1 fichiers sur %2'] };
  const counts = [0, 1, 2, 1e6].map(count => counted(french, count).slice(-9));
  expect(counts).toEqual(['ier sur 9', 'ier sur 9', 'ers sur 9', 'ers sur 9']);
  expect(counted(header('fr-FR'), 0)).toBe('0 files of 9');
});
