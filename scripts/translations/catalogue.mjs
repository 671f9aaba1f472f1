// Reads, checks and writes the catalogues: one file in gettext's format (.po) for each language.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { po } from 'gettext-parser';

const DOMAIN = 'jupyter_vnc_proxy';
const ROOT = 'translations';

/** The file's width: lines are not folded, so that a search finds each text. */
const UNFOLDED = 0;

/** Return the languages that have a catalogue, such as `de_DE`. */
export function languages() {
  return readdirSync(ROOT)
    .filter(file => file.endsWith('.po'))
    .map(file => basename(file, '.po'))
    .sort();
}

export function sourceOf(language) {
  return `${ROOT}/${language}.po`;
}

/** Return where JupyterLab looks for a compiled catalogue (jupyterlab_server's translation_utils). */
export function compiledFileOf(language) {
  return `jupyter_vnc_proxy/locale/${language}/LC_MESSAGES/${DOMAIN}.json`;
}

/** Return the plural rule of a language, as gettext writes it. */
export function pluralForms(headers) {
  return headers['plural-forms'] ?? headers['Plural-Forms'] ?? '';
}

export function read(language) {
  return po.parse(readFileSync(sourceOf(language)));
}

/** Return a catalogue with all `texts` and no others; those that are new are not translated. */
export function update(catalogue, texts) {
  const translations = { '': { '': catalogue.translations[''][''] } };
  for (const { msgctxt, msgid, msgid_plural, files } of texts) {
    const known = catalogue.translations[msgctxt]?.[msgid];
    const count = msgid_plural === undefined ? 1 : Number(/nplurals=(\d+)/.exec(pluralForms(catalogue.headers))?.[1]);
    const msgstr = known?.msgstr.length === count ? known.msgstr : Array(count).fill('');
    const comments = { ...known?.comments, reference: [...files].join('\n') };
    (translations[msgctxt] ??= {})[msgid] = { msgctxt: msgctxt || undefined, msgid, msgid_plural, msgstr, comments };
  }
  return { ...catalogue, translations };
}

export function compiledPo(catalogue) {
  return po.compile(catalogue, { foldLength: UNFOLDED, sort: compareMessages }).toString();
}

function compareMessages(a, b) {
  const [left, right] = [a, b].map(({ msgid, msgctxt = '' }) => `${msgid}\u0004${msgctxt}`);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Return what a catalogue lacks, as lines of text. */
export function problemsOf(catalogue, texts) {
  const problems = [];
  const keys = new Set(texts.map(({ msgctxt, msgid }) => `${msgctxt}\u0004${msgid}`));
  for (const [msgctxt, messages] of Object.entries(catalogue.translations)) {
    for (const msgid of Object.keys(messages)) {
      if (msgid !== '' && !keys.has(`${msgctxt}\u0004${msgid}`)) {
        problems.push(`not used any more: ${msgid}`);
      }
    }
  }
  for (const { msgctxt, msgid, msgid_plural, files } of texts) {
    const found = catalogue.translations[msgctxt]?.[msgid];
    if (found === undefined || found.msgstr.some(text => text === '') || found.comments?.flag?.includes('fuzzy')) {
      problems.push(`not translated: ${msgid}  (${[...files].join(', ')})`);
    } else if (found.msgstr.some(text => placeholders(text) !== placeholders(msgid_plural ?? msgid))) {
      problems.push(`other placeholders than the English text: ${msgid}`);
    }
  }
  return problems;
}

function placeholders(text) {
  return [...new Set(text.match(/%\d/g) ?? [])].sort().join(' ');
}

export function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Return a catalogue as JupyterLab reads it: JSON, with the context before the text, separated by U+0004. */
export function toJupyter(catalogue, language) {
  const messages = {
    '': { domain: DOMAIN, language: language.replace('_', '-'), plural_forms: pluralForms(catalogue.headers) }
  };
  for (const [msgctxt, entries] of Object.entries(catalogue.translations)) {
    for (const [msgid, { msgstr }] of Object.entries(entries)) {
      if (msgid !== '' && msgstr.every(text => text !== '')) {
        messages[msgctxt === '' ? msgid : `${msgctxt}\u0004${msgid}`] = msgstr;
      }
    }
  }
  return messages;
}
