import { Notification } from '@jupyterlab/apputils';

import { WindowSettings } from '../../../../src/lab/windows/settings';
import { registryWith } from '../../fakes/settings';
import { english } from '../../fakes/translation';

import type { ISettingRegistry } from '@jupyterlab/settingregistry';

it('follows the settings', async () => {
  const user = { mutedDesktops: ['lab'], notebooks: { 'a.ipynb': '-', 'b.ipynb': 'lab' } };
  const { registry, id } = registryWith(user, 'windows');
  registry.transform(id, {});
  const settings = new WindowSettings();
  await settings.follow(registry, id, english);
  expect(['default', 'lab'].map(name => settings.notifies(name))).toEqual([true, false]);
  expect(['a', 'b', 'c'].map(name => settings.displayOf(`${name}.ipynb`))).toEqual(['none', { desktop: 'lab' }, null]);
});

it('keeps choices without a registry', async () => {
  const settings = new WindowSettings();
  const changed = jest.fn();
  settings.changed.connect(changed);
  await settings.mute('lab');
  await settings.mute('lab');
  await settings.setDisplay('a.ipynb', 'none');
  await settings.setDisplay('b.ipynb', { desktop: 'lab' });
  expect(settings.notifies('lab')).toBe(false);
  expect([settings.displayOf('a.ipynb'), settings.displayOf('b.ipynb')]).toEqual(['none', { desktop: 'lab' }]);
  expect(changed).toHaveBeenCalledTimes(4);
});

it('says that invalid settings are ignored', async () => {
  const registry = { load: () => Promise.reject(new Error('broken')) } as unknown as ISettingRegistry;
  await new WindowSettings().follow(registry, 'id', english);
  expect(Notification.manager.notifications[0].message).toContain('broken');
});
