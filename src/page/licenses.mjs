// The licenses of the packages in a bundle, in the form that JupyterLab writes for extensions.
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i; // in any folder: noVNC has a copy of pako

/** Return the folder of each package that esbuild's metafiles name as an input. */
function packageFolders(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.map(path => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders.filter(folder => folder))].sort();
}

/** Return name, version, license and its text, for each package in the bundles. Some packages have no text. */
export async function licenses(...metafiles) {
  const packages = await Promise.all(
    packageFolders(metafiles).map(async folder => {
      const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
      const files = (await readdir(folder, { recursive: true }))
        .filter(file => LICENSE_FILE.test(basename(file)))
        .sort();
      const texts = await Promise.all(files.map(file => readFile(`${folder}/${file}`, 'utf8')));
      return { name, versionInfo: version, licenseId: license, extractedText: texts.join('\n') };
    })
  );
  return JSON.stringify({ packages }, null, 2) + '\n';
}
