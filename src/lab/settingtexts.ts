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
 * Return a registry whose transforms of a plugin also translate its settings, with our own catalogue.
 *
 * The Jupyter server translates schemas with language packs only, not with the catalogues of other packages. The
 * registry allows one transform for each plugin, and the toolbar's items need one. The schema needs
 * `jupyter.lab.transform`.
 */
export function translatedSettings(
  registry: ISettingRegistry,
  plugin: string,
  trans: TranslationBundle
): ISettingRegistry {
  const transform: ISettingRegistry['transform'] = (id, { compose, fetch = fetched => fetched }) =>
    registry.transform(id, {
      compose,
      fetch: id === plugin ? each => fetch({ ...each, schema: translateSchema(each.schema, trans) }) : fetch
    });
  return new Proxy(registry, {
    get: (target, name): unknown => {
      const value: unknown = name === 'transform' ? transform : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    }
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
