import { nullTranslator } from '@jupyterlab/translation';

import { translateSchema } from '../../../src/lab/settingtexts';

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

const marking: TranslationBundle = {
  ...nullTranslator.load('jupyter_vnc_proxy'),
  _p: (context: string, text: string) => `${context}: ${text}`
};

it('translates what the settings editor and menus show, each in its context', () => {
  const schema = {
    title: 'Desktop',
    description: 'Desktops.',
    type: 'object',
    'jupyter.lab.setting-icon': 'jupyter-vnc-proxy:desktop',
    'jupyter.lab.setting-icon-label': 'Desktop',
    'jupyter.lab.menus': { context: [{ command: 'vnc:stop', selector: '.jp', label: 'Stop' }] },
    properties: {
      scaling: {
        type: 'string',
        title: 'Size',
        description: 'How it fills.',
        default: 'fit',
        oneOf: [{ const: 'fit', title: 'Fit' }]
      }
    }
  };
  const before = JSON.stringify(schema);
  expect(translateSchema(schema as unknown as ISettingRegistry.ISchema, marking)).toEqual({
    title: 'schema: Desktop',
    description: 'schema: Desktops.',
    type: 'object',
    'jupyter.lab.setting-icon': 'jupyter-vnc-proxy:desktop',
    'jupyter.lab.setting-icon-label': 'settings: Desktop',
    'jupyter.lab.menus': { context: [{ command: 'vnc:stop', selector: '.jp', label: 'menu: Stop' }] },
    properties: {
      scaling: {
        type: 'string',
        title: 'settings: Size',
        description: 'settings: How it fills.',
        default: 'fit',
        oneOf: [{ const: 'fit', title: 'settings: Fit' }]
      }
    }
  });
  expect(JSON.stringify(schema)).toBe(before);
});
