import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface IPackage {
  dependencies: Record<string, string>;
  jupyterlab: { sharedPackages: Record<string, { requiredVersion: string }> };
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, '../..', file), 'utf8'));
}

const { dependencies, jupyterlab } = read('package.json') as IPackage;
const { packages } = read('package-lock.json') as { packages: Record<string, { version: string }> };
const shared = Object.entries(dependencies).filter(([name]) => /^@(jupyterlab|lumino)\//.test(name));

it('is compiled against the oldest versions that it accepts', () => {
  const locked = shared.map(([name]) => [name, `^${packages[`node_modules/${name}`].version}`]);
  expect(Object.fromEntries(locked)).toEqual(Object.fromEntries(shared));
});

it('accepts the same versions at run time', () => {
  const required = shared.map(([name, requiredVersion]) => [name, { requiredVersion }]);
  expect(jupyterlab.sharedPackages).toEqual(Object.fromEntries(required));
});

it('has each package of JupyterLab once, so that their types are the same', () => {
  const nested = Object.keys(packages).filter(path => /.node_modules\/@(jupyterlab|lumino)\//.test(path));
  expect(nested).toEqual([]);
});
