import { Notification } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from '../../../../src/lab/commands/ids';
import { addDisplayCommands } from '../../../../src/lab/windows/display';
import { WindowSettings } from '../../../../src/lab/windows/settings';
import { addTerminalCommand } from '../../../../src/lab/windows/terminal';
import { modelOf } from '../../fakes/api';
import { accept, dialog } from '../../fakes/dialogs';
import { english } from '../../fakes/translation';

import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { Desktop } from '../../../../src/model';
import type { IDesktopManager, IDesktopTracker } from '../../../../src/tokens';

const UNSET = 'import os as _os; _os.environ.update({}); _os.environ.pop("DISPLAY", None);';
const SET = '_os.environ.update({"DISPLAY":":1","XAUTHORITY":"/run/desktop/Xauthority"})';

/** A notebook whose kernel notes the code that it executes. */
class Notebook {
  readonly executed: string[] = [];
  readonly context = { path: 'a.ipynb' };
  readonly sessionContext = {
    ready: Promise.resolve(),
    kernelChanged: new Signal<object, void>({}),
    statusChanged: new Signal<object, string>({}),
    session: {
      kernel: {
        info: Promise.resolve({ language_info: { name: 'python' } }),
        requestExecute: ({ code }: { code: string }) => {
          this.executed.push(code);
          return { done: Promise.resolve({ content: { status: 'ok' } }) };
        }
      }
    }
  };
}

let commands: CommandRegistry;
let models: Desktop.IModel[];
let notebook: Notebook;
let settings: WindowSettings;
let currentChanged: Signal<object, void>;
let requests: { url: string; body: unknown }[];
let answer: Response;

const pass = () => new Promise(resolve => setTimeout(resolve));

beforeEach(() => {
  commands = new CommandRegistry();
  models = [modelOf()];
  notebook = new Notebook();
  settings = new WindowSettings();
  currentChanged = new Signal({});
  requests = [];
  answer = { ok: true, json: () => Promise.resolve({ name: '3' }) } as Response;
  jest.spyOn(ServerConnection, 'makeRequest').mockImplementation((url, { body }) => {
    requests.push({ url, body: JSON.parse(body as string) as unknown });
    return Promise.resolve(answer);
  });
  const app = {
    commands,
    shell: { currentWidget: notebook, widgets: () => [notebook] },
    serviceManager: { serverSettings: { baseUrl: 'http://localhost/' } }
  } as unknown as JupyterFrontEnd;
  const labShell = { currentChanged, layoutModified: new Signal({}) } as unknown as ILabShell;
  const manager = { desktops: () => models, changed: new Signal({}) } as unknown as IDesktopManager;
  const tracker = { currentWidget: null } as unknown as IDesktopTracker;
  const context = { app, manager, tracker, trans: english };
  addDisplayCommands({ ...context, labShell, settings });
  addTerminalCommand(context);
  currentChanged.emit();
});

afterEach(() => Notification.dismiss());

it('shows the windows of a kernel on the desktop, or nowhere, and marks the choice', async () => {
  const toggled = () => [CommandIDs.setDisplay, CommandIDs.unsetDisplay].map(id => commands.isToggled(id));
  expect(toggled()).toEqual([false, false]);
  await commands.execute(CommandIDs.setDisplay);
  expect(notebook.executed[0]).toContain(SET);
  expect(toggled()).toEqual([true, false]);
  await commands.execute(CommandIDs.unsetDisplay);
  expect(notebook.executed[1]).toContain(UNSET);
  expect(toggled()).toEqual([false, true]);
  expect(Notification.manager.notifications.map(({ message }) => message)).toEqual([
    'The programs of this kernel will open no windows.',
    'The windows of this kernel will open on "Desktop" (:1).'
  ]);
});

it.each(['restarting', 'autorestarting'])('applies the choice when the kernel is %s, and once more', async status => {
  await settings.setDisplay('a.ipynb', 'none');
  const { statusChanged } = notebook.sessionContext;
  statusChanged.emit('idle');
  await pass();
  expect(notebook.executed).toEqual([]);
  statusChanged.emit(status);
  await pass();
  expect(notebook.executed).toHaveLength(1);
  for (const each of ['starting', 'idle', 'busy', 'idle']) {
    statusChanged.emit(each);
  }
  await pass();
  expect(notebook.executed).toHaveLength(2);
  expect(notebook.executed[1]).toContain(UNSET);
});

it.each([
  ['the desktop runs', 'running', 1],
  ['it does not', 'stopped', 0]
] as const)('sets the display of a new kernel if %s', async (_, phase, count) => {
  models = [modelOf({ phase })];
  await settings.setDisplay('a.ipynb', { desktop: 'default' });
  notebook.sessionContext.kernelChanged.emit();
  await pass();
  expect(notebook.executed).toHaveLength(count);
});

it('leaves kernels of notebooks without a choice alone', async () => {
  notebook.sessionContext.kernelChanged.emit();
  notebook.sessionContext.statusChanged.emit('idle');
  await pass();
  expect(notebook.executed).toEqual([]);
});

describe('a new terminal', () => {
  let opened: unknown[];

  beforeEach(() => {
    opened = [];
    commands.addCommand('terminal:open', { execute: args => opened.push(args.name) });
  });

  it.each([
    [true, { DISPLAY: ':1', XAUTHORITY: '/run/desktop/Xauthority' }],
    [false, { DISPLAY: null, XAUTHORITY: null }]
  ])('gets the display or not (%s)', async (display, variables) => {
    await commands.execute(CommandIDs.newTerminal, { display, cwd: 'work' });
    expect(requests).toEqual([{ url: 'http://localhost/api/terminals', body: { extra_env: variables, cwd: 'work' } }]);
    expect(opened).toEqual(['3']);
  });

  it('needs a desktop that runs, unless it is to have none', () => {
    models = [];
    expect(commands.isEnabled(CommandIDs.newTerminal, {})).toBe(false);
    expect(commands.isEnabled(CommandIDs.newTerminal, { display: false })).toBe(true);
  });

  it('says why it could not be opened', async () => {
    const json = () => Promise.resolve({ message: 'no terminals here' });
    answer = { ok: false, status: 403, statusText: 'Forbidden', json } as Response;
    const executed = commands.execute(CommandIDs.newTerminal, {});
    await dialog.opened();
    expect(dialog().textContent).toContain('no terminals here');
    accept();
    await executed;
    expect(opened).toEqual([]);
  });
});
