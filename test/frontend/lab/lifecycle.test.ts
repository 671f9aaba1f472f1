import { WidgetTracker } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';

import { DesktopError } from '../../../src/services/restapi';
import { CommandIDs } from '../../../src/lab/commands/ids';
import { addLifecycleCommands } from '../../../src/lab/commands/lifecycle';
import { DesktopManager } from '../../../src/services/manager';
import { english } from '../fakes/translation';
import { FakeAPI } from '../fakes/api';
import { accept, dialog, dismiss } from '../fakes/dialogs';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { DesktopWidget } from '../../../src/lab/widget';

let api: FakeAPI;
let commands: CommandRegistry;
let manager: DesktopManager;
let opened: unknown[];

beforeEach(async () => {
  api = new FakeAPI();
  api.set();
  api.set({ name: 'off', phase: 'stopped' });
  manager = new DesktopManager({ api, prepare: () => Promise.resolve(), standby: 'never' });
  await manager.refresh();
  commands = new CommandRegistry();
  opened = [];
  commands.addCommand(CommandIDs.open, { execute: args => opened.push(args) });
  const tracker = new WidgetTracker<MainAreaWidget<DesktopWidget>>({ namespace: 'test' });
  addLifecycleCommands({ app: { commands } as unknown as JupyterFrontEnd, manager, tracker, trans: english });
});

afterEach(() => manager.dispose());

it("enables the commands that apply to the desktop's state", () => {
  const enabled = (name: string) =>
    [CommandIDs.start, CommandIDs.stop, CommandIDs.restart].filter(id => commands.isEnabled(id, { name }));
  expect(enabled('default')).toEqual([CommandIDs.stop, CommandIDs.restart]);
  expect(enabled('off')).toEqual([CommandIDs.start]);
  expect(enabled('nowhere')).toEqual([]);
});

it('disables stopping through jupyter-server-proxy', () => {
  api.route = 'proxy';
  expect(commands.isEnabled(CommandIDs.stop, { name: 'default' })).toBe(false);
  expect(commands.isEnabled(CommandIDs.start, { name: 'off' })).toBe(true);
});

it('notifies when a command is enabled or disabled', async () => {
  const changed = jest.fn();
  commands.commandChanged.connect((_, { id }) => void changed(id));
  await commands.execute(CommandIDs.start, { name: 'off' });
  await manager.refresh();
  expect(changed).toHaveBeenCalledWith(CommandIDs.stop);
});

it.each([
  [CommandIDs.stop, 'stop default'],
  [CommandIDs.restart, 'restart default']
])('%s asks for confirmation', async (id, call) => {
  let done = commands.execute(id);
  await dialog.opened();
  expect(dialog().textContent).toContain('Unsaved work will be lost.');
  dismiss();
  await done;
  expect(api.calls).not.toContain(call);
  done = commands.execute(id);
  await dialog.opened();
  accept();
  await done;
  expect(api.calls).toContain(call);
});

it('starts a desktop without confirmation', async () => {
  await commands.execute(CommandIDs.start, { name: 'off' });
  expect(api.calls).toContain('start off');
});

it("shows the server's error", async () => {
  jest
    .spyOn(api, 'start')
    .mockRejectedValueOnce(
      new DesktopError({ status: 429, code: 'too-many', message: 'No more than 1.', fix: 'Stop one.' })
    );
  const done = commands.execute(CommandIDs.start, { name: 'off' });
  await dialog.opened();
  expect(dialog().textContent).toContain('No more than 1.\nStop one.');
  accept();
  await done;
});

it('opens the desktop that was created', async () => {
  const done = commands.execute(CommandIDs.create);
  await dialog.opened('input');
  accept();
  await done;
  expect(opened).toEqual([{ name: 'desktop-1' }]);
});
