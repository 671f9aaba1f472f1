import { english } from '../../fakes/translation';
import { settingsTable } from '../../../../src/viewer/settings/table';
import { brokenOverrides, changed, isValid, resolved, valuesFor } from '../../../../src/viewer/settings/values';

const table = settingsTable(english);
const setting = (key: string) => table.find(each => each.key === key)!;

it('gives each desktop its own values, and the common ones otherwise', () => {
  const stored = { scaling: 'fit', qualityLevel: 9, desktops: { lab: { scaling: 'actual', qualityLevel: null } } };
  expect(resolved(table, stored, 'lab')).toMatchObject({
    screen: { resolution: 'auto', scale: 'auto', scaling: 'actual' },
    quality: { qualityLevel: null, compressionLevel: 2 }
  });
  expect(resolved(table, stored, 'other')).toMatchObject({
    screen: { scaling: 'fit' },
    quality: { qualityLevel: 9 }
  });
});

it('ignores and reports overrides that are unknown or wrong, and uses the others', () => {
  const stored = {
    desktops: {
      lab: { scaling: 'huge', zoom: 2, compressionLevel: 1, sendKeys: [] },
      work: 7,
      other: { scaling: 'fit' }
    }
  };
  const values = valuesFor(table, stored, 'lab');
  expect([values.scaling, values.compressionLevel]).toEqual(['resize', 1]);
  expect(valuesFor(table, stored, 'work')).toEqual(valuesFor(table, {}, null));
  expect(brokenOverrides(table, stored)).toEqual([
    { desktop: 'lab', key: 'scaling' },
    { desktop: 'lab', key: 'zoom' },
    { desktop: 'lab', key: 'sendKeys' },
    { desktop: 'work', key: null }
  ]);
});

it('takes what is no object for no overrides', () => {
  for (const desktops of [null, 5, 'lab', [1], { lab: null }]) {
    expect(valuesFor(table, { desktops }, 'lab').scaling).toBe('resize');
  }
  expect(valuesFor(table, { desktops: {} }, '__proto__').scaling).toBe('resize');
});

it('checks values', () => {
  const valid: [string, unknown][] = [
    ['qualityLevel', null],
    ['qualityLevel', 3],
    ['compressionLevel', 9],
    ['confirmClose', false],
    ['sendKeys', ['Ctrl+F2']]
  ];
  const invalid: [string, unknown][] = [
    ['qualityLevel', '3'],
    ['compressionLevel', 10],
    ['compressionLevel', 1.5],
    ['confirmClose', 'no'],
    ['sendKeys', [1]],
    ['sendKeys', 'Ctrl+F2'],
    ['commandKey', 'meta']
  ];
  expect(valid.filter(([key, value]) => !isValid(setting(key), value))).toEqual([]);
  expect(invalid.filter(([key, value]) => isValid(setting(key), value))).toEqual([]);
});

it('changes settings for all desktops or for one, and removes what is left of one', () => {
  const first = changed({ scaling: 'fit' }, null, 'scaling', 'actual');
  expect(first).toEqual({ scaling: 'actual' });
  const second = changed(first, 'lab', 'scaling', 'fit');
  expect(second).toEqual({ scaling: 'actual', desktops: { lab: { scaling: 'fit' } } });
  const third = changed(second, 'lab', 'confirmClose', false);
  const fourth = changed(third, 'lab', 'scaling', undefined);
  expect(fourth.desktops).toEqual({ lab: { confirmClose: false } });
  expect(changed(fourth, 'lab', 'confirmClose', undefined).desktops).toEqual({});
  expect(first).toEqual({ scaling: 'actual' });
});
