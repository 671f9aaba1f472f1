// Bundles the plain page, with all it needs: it loads nothing from other hosts.
import { build } from 'esbuild';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { compiledFileOf, languages } from '../../scripts/translations/catalogue.mjs';
import { licenses } from './licenses.mjs';

/*
 * The page is a classic script: a hub lets no module through, which browsers request in the mode "cors", without an
 * XSRF token. noVNC awaits at its top level, which needs a module or an async function.
 */
const start = '(async()=>{"use strict";';
const end = '})();';

const out = 'jupyter_vnc_proxy/page';

await rm(out, { recursive: true, force: true });
await mkdir(`${out}/locale`, { recursive: true });
const [bundle, decoder] = await Promise.all([
  build({
    entryPoints: { page: 'src/page/page.ts' },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    banner: { js: start },
    footer: { js: end },
    target: 'es2022',
    legalComments: 'eof',
    metafile: true,
    define: { LANGUAGES: JSON.stringify(languages()) },
    logLevel: 'warning'
  }),
  // For browsers that decode no Opus; the page loads it only then.
  build({
    entryPoints: { opusdecoder: 'opus-decoder' },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'jupyterVncOpus',
    target: 'es2022',
    legalComments: 'eof',
    metafile: true,
    logLevel: 'warning'
  }),
  // The module of the AudioWorklet.
  build({
    entryPoints: { soundworklet: 'src/viewer/sound/processor.ts' },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning'
  }),
  build({
    entryPoints: { page: 'src/page/page.css' },
    outdir: out,
    bundle: true,
    minify: true,
    logLevel: 'warning'
  }),
  copyFile('src/page/index.html', `${out}/index.html`),
  copyFile('style/icons/desktop.svg', `${out}/desktop.svg`),
  ...languages().map(language => copyFile(compiledFileOf(language), `${out}/locale/${language}.json`))
]);
await writeFile(`${out}/third-party-licenses.json`, await licenses(bundle.metafile, decoder.metafile));
