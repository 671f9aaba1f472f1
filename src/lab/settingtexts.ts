import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONValue } from '@lumino/coreutils';

/** The texts in a schema, and their context in the catalogues; the same as jupyterlab_server's for language packs. */
const CONTEXTS: [path: RegExp, context: string][] = [
  [/^\/(title|description)$/, 'schema'],
  [/^\/(properties|definitions\/.*\/properties)\/.*\/(title|description)$/, 'settings'],
  [/^\/jupyter\.lab\.setting-icon-label$/, 'settings'],
  [/^\/jupyter\.lab\.menus\/.*\/label$/, 'menu'],
  [/^\/jupyter\.lab\.toolbars\/.*\/label$/, 'toolbar']
];

/**
 * Translate the settings of a plugin with our own catalogue.
 *
 * The Jupyter server translates schemas with language packs only, not with the catalogues of other packages. Call this
 * before the settings are loaded; the schema needs `jupyter.lab.transform`.
 */
export function translateSettings(registry: ISettingRegistry, plugin: string, trans: TranslationBundle): void {
  registry.transform(plugin, {
    fetch: fetched => ({ ...fetched, schema: translateSchema(fetched.schema, trans) })
  });
}

/** Return a copy of a schema with translated titles, descriptions and labels. */
export function translateSchema(schema: ISettingRegistry.ISchema, trans: TranslationBundle): ISettingRegistry.ISchema {
  const copy = (value: PartialJSONValue | undefined, path: string): PartialJSONValue | undefined => {
    if (Array.isArray(value)) {
      return value.map((each, index) => copy(each, `${path}[${index}]`)!);
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each, `${path}/${key}`)]));
    }
    const context = CONTEXTS.find(([pattern]) => pattern.test(path))?.[1];
    // Not `trans._p(…)`, whose arguments must be literals.
    return typeof value === 'string' && context !== undefined ? trans._p.call(trans, context, value) : value;
  };
  return copy(schema, '') as ISettingRegistry.ISchema;
}
