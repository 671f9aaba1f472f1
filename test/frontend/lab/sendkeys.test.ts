import { CommandRegistry } from '@lumino/commands';
import { Panel } from '@lumino/widgets';

import { CommandIDs } from '../../../src/lab/commands/ids';
import { addSendKeys } from '../../../src/lab/commands/sendkeys';
import { accept, dialog } from '../fakes/dialogs';
import { english } from '../fakes/translation';

import type { IPanelContext } from '../../../src/lab/commands/context';

const sendKeys = jest.fn();
const menus = () => [...document.querySelectorAll('.lm-Menu')];
const labels = () => [...menus()[0].querySelectorAll('.lm-Menu-itemLabel')].map(node => node.textContent);

let commands: CommandRegistry;
let rights: string[];
let toolbar: Panel;

beforeEach(() => {
  jest.useFakeTimers();
  sendKeys.mockClear();
  rights = ['see', 'keys'];
  commands = new CommandRegistry();
  toolbar = new Panel();
  const status = () => ({ connected: true, rights });
  const connection = Object.defineProperty({ name: 'work' }, 'status', { get: status });
  const panel = { id: 'p', toolbar, content: { connection, viewer: { input: { sendKeys } } } };
  addSendKeys({
    app: { commands },
    tracker: { find: () => panel, currentWidget: panel },
    trans: english,
    settings: { for: () => ({ combinations: ['Ctrl+Alt+F2', 'Ctrl+Foo'] }) }
  } as unknown as IPanelContext);
});

afterEach(() => {
  jest.runAllTimers();
  jest.useRealTimers();
});

it('sends the keys of its argument', async () => {
  await commands.execute(CommandIDs.sendKeys, { keys: 'Ctrl+W' });
  expect(sendKeys).toHaveBeenCalledWith('Ctrl+W');
  expect(menus()).toEqual([]);
});

it('opens a menu with the usual keys and those of the settings', async () => {
  await commands.execute(CommandIDs.sendKeys);
  expect(labels()).toEqual([
    ...['Ctrl+Alt+Del', 'Ctrl+W', 'Ctrl+T', 'Ctrl+N', 'Alt+Tab', 'Alt+F4', 'Super', 'Print', 'Function Keys', ''],
    ...['Ctrl+Alt+F2', 'Ctrl+Foo (unknown key: Foo)']
  ]);
});

it('asks for the keys in a dialog if it is called from the palette', async () => {
  jest.useRealTimers();
  const sent = commands.execute(CommandIDs.sendKeys, { isPalette: true });
  await dialog.opened('input');
  const values = [...dialog().querySelectorAll('option')].map(({ value }) => value);
  expect(values).toEqual(expect.arrayContaining(['Ctrl+W', 'Ctrl+Alt+F2', 'F12']));
  dialog().querySelector('input')!.value = 'Alt+F10';
  accept();
  await sent;
  expect(sendKeys).toHaveBeenCalledWith('Alt+F10');
  jest.useFakeTimers();
});

it('gives the focus back, and leaves nothing behind, when the menu closes', async () => {
  const before = document.createElement('button');
  document.body.append(before);
  before.focus();
  await commands.execute(CommandIDs.sendKeys);
  const escape = { keyCode: 27, bubbles: true, cancelable: true };
  menus()[0].dispatchEvent(new KeyboardEvent('keydown', escape));
  expect(menus()).toEqual([]);
  expect(document.activeElement).toBe(before);
});

it('is disabled without the right', () => {
  expect(commands.isEnabled(CommandIDs.sendKeys)).toBe(true);
  rights = ['see', 'pointer'];
  expect(commands.isEnabled(CommandIDs.sendKeys)).toBe(false);
});
