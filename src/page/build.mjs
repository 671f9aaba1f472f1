// Bundles the plain page, with all it needs: it loads nothing from other hosts.
import { build } from 'esbuild';
import { copyFile, mkdir, rm } from 'node:fs/promises';

const out = 'jupyter_vnc_proxy/page';

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([
  build({
    entryPoints: { page: 'src/page/page.ts' },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'eof',
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
  copyFile('style/icons/desktop.svg', `${out}/desktop.svg`)
]);
