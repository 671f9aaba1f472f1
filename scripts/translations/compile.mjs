// Compiles the catalogues to JSON, which JupyterLab reads from the package, and the plain page from its own folder.
import { compiledFileOf, languages, read, toJupyter, write } from './catalogue.mjs';

for (const language of languages()) {
  write(compiledFileOf(language), `${JSON.stringify(toJupyter(read(language), language))}\n`);
}
