import { english } from '../fakes/translation';
import { PageSettings } from '../../../src/page/settings';
import { SettingsDrawer } from '../../../src/page/drawer';
import { settingsTable } from '../../../src/viewer/settings/table';

const KEY = 'jupyter-vnc-proxy:settings';

let settings: PageSettings;
let drawer: SettingsDrawer;
let returned: jest.Mock;

const field = <T extends HTMLElement = HTMLSelectElement>(key: string) =>
  drawer.node.querySelector<T>(`[data-key="${key}"]`)!;

function make(desktop = 'lab'): PageSettings {
  return new PageSettings(settingsTable(english), desktop);
}

function choose(select: HTMLSelectElement, title: string): void {
  select.value = [...select.options].find(option => option.text.startsWith(title))!.value;
  select.dispatchEvent(new Event('change'));
}

beforeEach(() => {
  localStorage.clear();
  settings = make();
  returned = jest.fn();
  drawer = new SettingsDrawer(settings, english, returned);
  document.body.append(drawer.node);
});

it('has a labelled control with a description for each setting', () => {
  drawer.open();
  const keys = [...drawer.node.querySelectorAll<HTMLElement>('[data-key]')].map(node => node.dataset.key);
  const expected = settingsTable(english).filter(each => !each.isForMac);
  expect(keys).toEqual(expected.map(each => each.key));
  for (const { key, title, description } of expected) {
    const control = field<HTMLInputElement>(key);
    expect(control.labels![0].textContent).toBe(title);
    const id = control.getAttribute('aria-describedby')!;
    expect(document.getElementById(id)!.textContent).toBe(description);
  }
});

it('offers what Cmd is on a Mac', () => {
  Object.defineProperty(navigator, 'platform', { value: 'MacIntel', configurable: true });
  drawer.open();
  choose(field('commandKey'), 'Alt');
  expect(settings.current.input.commandKey).toBe('alt');
  Reflect.deleteProperty(navigator, 'platform');
});

it('stores what is chosen, for all desktops in this browser', () => {
  drawer.open();
  const changed = jest.fn();
  settings.changed.connect(changed);
  choose(field('scaling'), "Keep the desktop's size, and scroll");
  const box = field<HTMLInputElement>('confirmClose');
  expect(box.checked).toBe(true);
  box.click();
  const keys = field<HTMLTextAreaElement>('sendKeys');
  keys.value = ' Ctrl+Alt+F2 \n\nSuper';
  keys.dispatchEvent(new Event('change'));
  expect(changed).toHaveBeenCalledTimes(3);
  for (const each of [settings, make(), make('other')]) {
    expect(each.current).toMatchObject({
      screen: { scaling: 'actual' },
      input: { confirmClose: false },
      combinations: ['Ctrl+Alt+F2', 'Super']
    });
  }
});

it('stores what is chosen for this desktop only, until it is as for all again', () => {
  drawer.open();
  choose(drawer.node.querySelector('select')!, 'this desktop (lab)');
  expect(field('sendKeys')).toBeNull();
  expect(field('confirmClose').selectedOptions[0].text).toBe('As for all desktops (Yes)');
  choose(field('confirmClose'), 'No');
  choose(field('qualityLevel'), '3');
  expect(make().current).toMatchObject({ input: { confirmClose: false }, quality: { qualityLevel: 3 } });
  expect(make('other').current).toMatchObject({ input: { confirmClose: true }, quality: { qualityLevel: null } });
  choose(field('confirmClose'), 'As for all');
  choose(field('qualityLevel'), 'As for all');
  expect(JSON.parse(localStorage.getItem(KEY)!)).toEqual({ desktops: {} });
});

it('keeps the focus in a field whose change is shown', () => {
  drawer.open();
  field('scaling').focus();
  choose(field('scaling'), 'Keep');
  expect(document.activeElement).toBe(field('scaling'));
});

it('closes with Escape, and gives the focus back', () => {
  drawer.open();
  expect(document.activeElement).toBe(drawer.node.querySelector('select'));
  field('scaling').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
  expect(drawer.node.hidden).toBe(true);
  expect(returned).toHaveBeenCalledTimes(1);
});

it('follows another page of this browser', () => {
  drawer.open();
  make().set(null, 'scaling', 'fit');
  window.dispatchEvent(new StorageEvent('storage', { key: KEY }));
  expect(settings.current.screen.scaling).toBe('fit');
  expect(field('scaling').selectedOptions[0].text).toContain('scale its picture');
});

it('ignores stored settings that it does not understand, and says so of those of the desktop', () => {
  const defaults = settings.current;
  for (const text of ['{', 'null', '7', '{"commandKey": 7}', '{"desktops": {"lab": {"scaling": "huge"}}}']) {
    localStorage.setItem(KEY, text);
    expect(make().current).toEqual(defaults);
  }
  window.dispatchEvent(new StorageEvent('storage', { key: KEY }));
  drawer.open();
  choose(drawer.node.querySelector('select')!, 'this desktop');
  expect(drawer.node.querySelector('[role="alert"]')!.textContent).toContain('scaling');
});

it('shows or hides the statistics for the desktop that has its own setting, else for all', () => {
  settings.toggleStatistics();
  expect([settings.current.showStatistics, make('other').current.showStatistics]).toEqual([true, true]);
  settings.set('lab', 'showStatistics', true);
  settings.toggleStatistics();
  expect([settings.current.showStatistics, make('other').current.showStatistics]).toEqual([false, true]);
});

it('works without storage', () => {
  jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('no storage');
  });
  settings.set(null, 'scaling', 'fit');
  expect(settings.current.screen.scaling).toBe('fit');
});
