// Brings the catalogues up to date with src/ and schema/, and lists what is not translated yet.
//   npm run translations             writes the .po files
//   npm run translations -- --check  writes nothing; fails if anything is missing
import { readFileSync } from 'node:fs';
import { compiledPo, languages, problemsOf, read, sourceOf, update, write } from './catalogue.mjs';
import { extract } from './extract.mjs';

const check = process.argv.includes('--check');
const { texts, errors } = extract();
let count = errors.length;
errors.forEach(error => console.log(error));
for (const language of languages()) {
  const file = sourceOf(language);
  const before = read(language);
  const after = update(before, texts);
  const problems = problemsOf(check ? before : after, texts);
  const text = compiledPo(after);
  if (!check) {
    write(file, text);
  } else if (problems.length === 0 && readFileSync(file, 'utf8') !== text) {
    problems.push('is not in the order and form that `npm run translations` writes');
  }
  problems.forEach(problem => console.log(`${file}: ${problem}`));
  count += problems.length;
}
console.log(count === 0 ? `All ${texts.length} texts are translated.` : `${count} to do.`);
if (check && count > 0) {
  console.log('`npm run translations` adds what is missing to the .po files, to be translated there.');
}
process.exitCode = check && count > 0 ? 1 : 0;
