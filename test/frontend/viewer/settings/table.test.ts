import schema from '../../../../schema/plugin.json';
import { english } from '../../fakes/translation';
import { settingsTable } from '../../../../src/viewer/settings/table';
import { isValid } from '../../../../src/viewer/settings/values';

interface IProperty {
  type?: string | string[];
  title: string;
  description: string;
  default: unknown;
  oneOf?: { const: unknown; title: string }[];
  minimum?: number;
  maximum?: number;
}

/** What only JupyterLab has. */
const LAB_ONLY = ['showStatusItem', 'desktops', 'toolbar'];

const table = settingsTable(english);
const properties = Object.entries(schema.properties as unknown as Record<string, IProperty>);

it("has the settings of JupyterLab's schema, with the same texts, choices and defaults", () => {
  const expected = properties
    .filter(([key]) => !LAB_ONLY.includes(key))
    .map(([key, { title, description, default: value, oneOf, minimum, maximum }]) => ({
      key,
      title,
      description,
      default: value,
      choices: oneOf?.map(each => ({ value: each.const, title: each.title })),
      range: minimum === undefined ? undefined : [minimum, maximum]
    }));
  const actual = table.map(({ key, title, description, default: value, choices, range }) => ({
    key,
    title,
    description,
    default: value,
    choices,
    range
  }));
  const byKey = (a: { key: string }, b: { key: string }) => a.key.localeCompare(b.key);
  expect([...actual].sort(byKey)).toEqual([...expected].sort(byKey));
});

it('has a title and a description for each, and a default that is valid', () => {
  for (const [key, { title, description }] of properties) {
    expect([key, title !== '', description.endsWith('.')]).toEqual([key, true, true]);
  }
  expect(table.filter(each => !isValid(each, each.default))).toEqual([]);
});
