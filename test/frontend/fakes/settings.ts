import { SettingRegistry } from '@jupyterlab/settingregistry';

import schema from '../../../schema/plugin.json';

import type { ISettingRegistry } from '@jupyterlab/settingregistry';

const ID = 'jupyter-vnc-proxy:plugin';

/** Return JupyterLab's registry with our schema and a user's settings, which it keeps; and their id. */
export function registryWith(user: object): { registry: SettingRegistry; id: string } {
  let raw = JSON.stringify(user);
  const connector: SettingRegistry.IOptions['connector'] = {
    fetch: id => {
      const copy = JSON.parse(JSON.stringify(schema)) as ISettingRegistry.ISchema;
      return Promise.resolve({ id, raw, schema: copy, version: '1', data: { user: {}, composite: {} } });
    },
    save: (_, changed) => {
      raw = changed;
      return Promise.resolve();
    },
    list: () => Promise.resolve({ ids: [], values: [] }),
    remove: () => Promise.resolve()
  };
  return { registry: new SettingRegistry({ connector, plugins: [] }), id: ID };
}
