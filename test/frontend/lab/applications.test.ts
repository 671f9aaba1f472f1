import { CommandRegistry } from '@lumino/commands';
import { DisposableDelegate } from '@lumino/disposable';
import { nullTranslator } from '@jupyterlab/translation';

import { applicationIcon, applicationIn } from '../../../src/lab/applications/icons';
import { applicationLink, withoutLink } from '../../../src/lab/applications/links';
import { ApplicationOpener } from '../../../src/lab/applications/opener';
import { ApplicationTiles, shownApplications, tileSettings } from '../../../src/lab/applications/tiles';
import { CommandIDs } from '../../../src/lab/commands/ids';
import { FakeAPI } from '../fakes/api';

import type { ILauncher } from '@jupyterlab/launcher';
import type { IDesktopManager } from '../../../src/tokens';

const INSTALLED = ['a', 'b', 'c'].map(name => ({ id: `${name}.desktop`, name, comment: '', opens_files: false }));

const ids = (settings: Record<string, unknown>) =>
  shownApplications(INSTALLED, tileSettings(settings)).map(({ name }) => name);

it('shows all applications, the pinned ones first', () => {
  expect(ids({})).toEqual(['a', 'b', 'c']);
  expect(ids({ pinned: ['c.desktop', 'gone.desktop'] })).toEqual(['c', 'a', 'b']);
  expect(ids({ tiles: 'pinned', pinned: ['c.desktop', 'a.desktop'] })).toEqual(['c', 'a']);
  expect(ids({ tiles: 'none', pinned: ['c.desktop'] })).toEqual([]);
  expect(ids({ tiles: 7, pinned: [1, 'b.desktop'] })).toEqual(['b', 'a', 'c']);
});

it('replaces the tiles', () => {
  const shown: ILauncher.IItemOptions[] = [];
  const launcher = {
    add: (item: ILauncher.IItemOptions) => {
      shown.push(item);
      return new DisposableDelegate(() => shown.splice(shown.indexOf(item), 1));
    }
  };
  const tiles = new ApplicationTiles(launcher, 'Applications');
  tiles.show(INSTALLED);
  expect(shown).toHaveLength(3);
  tiles.show(INSTALLED.slice(2));
  expect(shown).toEqual([
    { command: CommandIDs.openApplication, category: 'Applications', args: { id: 'c.desktop' }, rank: 0 }
  ]);
  tiles.dispose();
  expect(shown).toEqual([]);
  expect(tiles.isDisposed).toBe(true);
});

it('reads links, and takes them off the address', () => {
  expect(applicationLink('?application=a.desktop&path=x%20%26y/z.txt')).toEqual({
    id: 'a.desktop',
    path: 'x &y/z.txt'
  });
  expect(applicationLink('?application=a.desktop')).toEqual({ id: 'a.desktop' });
  expect(applicationLink('?application=')).toBeNull();
  expect(applicationLink('?path=x')).toBeNull();
  expect(withoutLink('?reset&application=a&path=b')).toBe('?reset=');
  expect(withoutLink('?application=a&path=b')).toBe('');
});

it('has an icon for each application, which loads its picture as an image', () => {
  const api = new FakeAPI();
  const icon = applicationIcon('"><script>.desktop', api);
  expect(applicationIcon('"><script>.desktop', api)).toBe(icon);
  const node = document.createElement('div');
  node.append(icon.element({ tag: 'span' }));
  expect(node.querySelector('script')).toBeNull();
  expect(node.querySelector('image')?.getAttribute('href')).toBe('/icon/"><script>.desktop');
  expect(applicationIn(node)).toBe('"><script>.desktop');
  expect(applicationIn(document.createElement('div'))).toBeNull();
});

it('opens an application on a desktop of its own, and shows that', async () => {
  const api = new FakeAPI();
  const commands = new CommandRegistry();
  const opened: object[] = [];
  commands.addCommand(CommandIDs.open, { execute: args => opened.push(args) });
  const manager = { api } as unknown as IDesktopManager;
  const opener = new ApplicationOpener({ manager, commands, trans: nullTranslator.load(''), language: 'de' });
  await opener.open('editor.desktop', 'a.txt');
  expect(api.calls).toEqual(['application editor.desktop a.txt']);
  expect(opened).toEqual([{ name: 'editor', title: 'The editor', isApplication: true, start: false }]);
  api.installed = INSTALLED;
  await opener.fetch();
  expect(opener.find('b.desktop')?.name).toBe('b');
  expect(opener.find(7)).toBeUndefined();
});
