import { translateServerText } from '../../../src/viewer/servertexts';

import type { ITranslation } from '../../../src/viewer/translation';

const MESSAGES: Record<string, string> = {
  'The X server finds no fonts.': 'Der X-Server findet keine Schriften.',
  '%1 was not ready within %2 s.': '%1 war nach %2 s nicht bereit.',
  'The display server': 'Der Display-Server',
  'There is a desktop named %1 already.': 'Es gibt schon einen Desktop namens %1.',
  'It was stopped because it had not been used for %1.': 'Gestoppt, weil %1 lang unbenutzt.',
  '%1 minutes': '%1 Minuten',
  '%1 is not installed.': '%1 ist nicht installiert.',
  'the display': 'das Display'
};

const german: ITranslation = {
  __: (text, ...args) => (MESSAGES[text] ?? text).replace(/%(\d)/g, (_, index: string) => String(args[+index - 1])),
  _n: singular => singular
};

function inGerman(text: string): string {
  return translateServerText(text, german);
}

it('translates a sentence with the values that the server put into it', () => {
  expect(inGerman("There is a desktop named 'a.b' already.")).toBe("Es gibt schon einen Desktop namens 'a.b'.");
});

it('translates values that are words of the server, too', () => {
  expect(inGerman('It was stopped because it had not been used for 30 minutes.')).toBe(
    'Gestoppt, weil 30 Minuten lang unbenutzt.'
  );
  expect(inGerman('Xvfb (the display) is not installed.')).toBe('Xvfb (das Display) ist nicht installiert.');
});

it('translates one sentence after the other', () => {
  expect(inGerman('The X server finds no fonts. The display server was not ready within 15 s.')).toBe(
    'Der X-Server findet keine Schriften. Der Display-Server war nach 15 s nicht bereit.'
  );
});

it('leaves what it does not know in English', () => {
  expect(inGerman('A sentence of another package.')).toBe('A sentence of another package.');
  expect(inGerman('The X server finds no fonts. Something else.')).toBe(
    'Der X-Server findet keine Schriften. Something else.'
  );
  expect(inGerman('Something else. Xvfb is not installed.')).toBe('Something else. Xvfb is not installed.');
});
