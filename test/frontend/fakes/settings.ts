import { SettingRegistry } from '@jupyterlab/settingregistry';

import plugin from '../../../schema/plugin.json';
import windows from '../../../schema/windows.json';

import type { ISettingRegistry } from '@jupyterlab/settingregistry';

const SCHEMAS = { plugin, windows };

/** Return JupyterLab's registry with a schema of ours and a user's settings, which it keeps; and their id. */
export function registryWith(
  user: object,
  name: keyof typeof SCHEMAS = 'plugin'
): { registry: SettingRegistry; id: string } {
  let raw = JSON.stringify(user);
  const connector: SettingRegistry.IOptions['connector'] = {
    fetch: id => {
      const copy = JSON.parse(JSON.stringify(SCHEMAS[name])) as ISettingRegistry.ISchema;
      return Promise.resolve({ id, raw, schema: copy, version: '1', data: { user: {}, composite: {} } });
    },
    save: (_, changed) => {
      raw = changed;
      return Promise.resolve();
    },
    list: () => Promise.resolve({ ids: [], values: [] }),
    remove: () => Promise.resolve()
  };
  return { registry: new SettingRegistry({ connector, plugins: [] }), id: `jupyter-vnc-proxy:${name}` };
}
