import { Notification, ToolbarWidgetRegistry, createDefaultFactory } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { nullTranslator } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';

import { CommandIDs } from '../../../src/lab/commands/ids';
import { panelPlugin } from '../../../src/plugins/panel';
import { DesktopManager } from '../../../src/services/manager';
import { DEFAULT_INPUT } from '../../../src/viewer/inputsettings';
import { FakeAPI } from '../fakes/api';
import { registryWith } from '../fakes/settings';
import { accept, dialog } from '../fakes/dialogs';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { PartialJSONValue } from '@lumino/coreutils';
import type { DesktopWidget } from '../../../src/lab/widget';

let commands: CommandRegistry;
let main: Panel;
let manager: DesktopManager;
let settings: ISettingRegistry.ISettings;

/** Activate the plugin with a user's settings. */
async function activate(user: object = {}): Promise<void> {
  const { registry, id } = registryWith(user);
  const shell = { add: (widget: Widget) => main.addWidget(widget), activateById: () => undefined };
  const app = { commands, shell, contextMenuHitTest: () => undefined } as unknown as JupyterFrontEnd;
  const widgets = new ToolbarWidgetRegistry({ defaultFactory: createDefaultFactory(commands) });
  void panelPlugin.activate(app, manager, nullTranslator, shell, null, registry, widgets);
  settings = await registry.load(id);
  await settled();
}

/** Wait until changed settings are applied. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await Promise.resolve();
  }
}

beforeEach(() => {
  performance.mark = jest.fn();
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  commands = new CommandRegistry();
  main = new Panel();
  manager = new DesktopManager({ api: new FakeAPI(), prepare: () => new Promise(() => undefined), standby: 'never' });
});

afterEach(() => {
  main.dispose();
  manager.dispose();
  Notification.dismiss();
});

async function open(name: string): Promise<MainAreaWidget<DesktopWidget>> {
  return (await commands.execute(CommandIDs.open, { name })) as MainAreaWidget<DesktopWidget>;
}

async function change(values: Record<string, PartialJSONValue>): Promise<void> {
  for (const [key, value] of Object.entries(values)) {
    await settings.set(key, value);
  }
  await settled();
}

/** Return the button of a command in a toolbar once React has rendered it. */
async function rendered(toolbar: Widget, command: string): Promise<Element> {
  const selector = `[data-command="${command}"]`;
  for (let i = 0; i < 100 && toolbar.node.querySelector(selector) === null; i++) {
    await new Promise(resolve => setTimeout(resolve));
  }
  return toolbar.node.querySelector(selector)!;
}

const notifications = () => Notification.manager.notifications.map(({ message }) => message);

it('applies changed settings to all panels, also later ones', async () => {
  await activate();
  const { viewer } = (await open('first')).content;
  expect(viewer.input.settings).toEqual(DEFAULT_INPUT);
  const applied = jest.spyOn(viewer, 'applySettings');
  const input = { commandKey: 'alt', holdForAccents: true, confirmClose: false, clipboard: 'off' };
  await change({ ...input, qualityLevel: 9 });
  expect(viewer.input.settings).toEqual(input);
  expect(applied).toHaveBeenCalledWith(expect.objectContaining({ quality: { qualityLevel: 9, compressionLevel: 2 } }));
  expect((await open('later')).content.viewer.input.settings).toEqual(input);
});

it('applies the settings of single desktops to their panels alone', async () => {
  await activate({ desktops: { first: { commandKey: 'alt' } } });
  const first = (await open('first')).content.viewer.input;
  const other = (await open('other')).content.viewer.input;
  expect([first.settings.commandKey, other.settings.commandKey]).toEqual(['alt', 'control']);
  await change({ desktops: { other: { commandKey: 'alt' } } });
  expect([first.settings.commandKey, other.settings.commandKey]).toEqual(['control', 'alt']);
  expect(notifications()).toEqual([]);
});

it('reports a broken setting of a single desktop, and ignores it', async () => {
  await activate({ confirmClose: false, desktops: { first: { commandKey: 'meta', clipboard: 'off' } } });
  const { settings: input } = (await open('first')).content.viewer.input;
  expect(input).toEqual({ commandKey: 'control', holdForAccents: false, confirmClose: false, clipboard: 'off' });
  expect(notifications()).toEqual([expect.stringContaining('first: commandKey')]);
  await change({ qualityLevel: 3 });
  expect(notifications()).toHaveLength(1);
});

it('reports settings that are invalid as a whole, and keeps the defaults', async () => {
  // JupyterLab complains too.
  for (const level of ['warn', 'error'] as const) {
    jest.mocked(console[level]).mockImplementation(() => undefined);
  }
  await expect(activate({ scaling: 'huge' })).rejects.toBeDefined();
  await settled();
  expect(notifications()).toEqual([expect.stringContaining('are ignored')]);
  expect((await open('first')).content.viewer.input.settings).toEqual(DEFAULT_INPUT);
});

it('shows the statistics by its command, and remembers that', async () => {
  await activate();
  const { statistics } = (await open('first')).content;
  expect(statistics.overlay.isShown).toBe(false);
  await commands.execute(CommandIDs.toggleStatistics);
  await settled();
  expect(statistics.overlay.isShown).toBe(true);
  expect(settings.user.showStatistics).toBe(true);
  expect((await open('later')).content.statistics.overlay.isShown).toBe(true);
  statistics.overlay.node.querySelector('button')!.click();
  await settled();
  expect(settings.user.showStatistics).toBe(false);
});

it('shows them for one desktop only if it has a setting of its own', async () => {
  await activate({ desktops: { first: { showStatistics: false } } });
  const panel = await open('first');
  await commands.execute(CommandIDs.toggleStatistics, { id: panel.id });
  await settled();
  expect(panel.content.statistics.overlay.isShown).toBe(true);
  expect((await open('other')).content.statistics.overlay.isShown).toBe(false);
});

it('changes the settings of one desktop in a dialog', async () => {
  await activate();
  const { viewer } = (await open('first')).content;
  const closed = commands.execute(CommandIDs.desktopSettings);
  await dialog.opened('form');
  const field = () => dialog().querySelector<HTMLSelectElement>('[data-key="clipboard"]')!;
  expect(field().selectedOptions[0].text).toBe('As for all desktops (Both directions)');
  field().value = '3';
  field().dispatchEvent(new Event('change'));
  await settled();
  expect(viewer.input.settings.clipboard).toBe('off');
  expect(settings.user.desktops).toEqual({ first: { clipboard: 'off' } });
  expect(field().selectedOptions[0].text).toBe('Nothing');
  field().value = 'common';
  field().dispatchEvent(new Event('change'));
  await settled();
  expect(settings.user.desktops).toEqual({});
  expect(dialog().querySelector('[data-key="sendKeys"]')).toBeNull();
  accept();
  await closed;
});

it('has the toolbar of the settings: each item is a button with icon and caption, of its own panel', async () => {
  await activate();
  const first = await open('first');
  await open('other');
  const names = [...first.toolbar.names()].filter(name => !name.startsWith('toolbar-'));
  const expected = ['full-screen', 'pop-out', 'add-monitor', 'screenshot', 'send-clipboard', 'send-keys'];
  expected.push('lock-pointer', 'reconnect', 'record', 'share', 'show-details');
  expect(names.filter(name => name !== 'sound')).toEqual(expected);
  expect(first.toolbar.node.getAttribute('aria-label')).toBe('first');
  // The speaker is no command's.
  expect(names.indexOf('sound')).toBe(4);
  // Other plugins add these commands, if they are enabled.
  for (const name of expected.filter(each => each !== 'screenshot' && each !== 'record')) {
    expect(commands.icon(`vnc:${name}`)).toBeDefined();
    expect(commands.caption(`vnc:${name}`)).not.toBe('');
  }
  // JupyterLab's buttons would act on the current panel.
  const buttons = [...first.toolbar.children()] as unknown as { props?: { id: string; args?: { id: string } } }[];
  const commandsOf = buttons.flatMap(({ props }) => (props?.args === undefined ? [] : [[props.id, props.args.id]]));
  expect(commandsOf).toEqual(expected.map(name => [`vnc:${name}`, first.id]));
});

it('keeps a key that presses a button from the dialog that it opens', async () => {
  await activate();
  Widget.attach(main, document.body);
  const { toolbar } = await open('first');
  const execute = jest.spyOn(commands, 'execute').mockResolvedValue(undefined);
  const button = await rendered(toolbar, CommandIDs.details);
  const press = (key: string) =>
    button.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  // What is left of a key presses the default button of the dialog, which has the focus by then.
  expect([press('Enter'), press(' '), press('Tab')]).toEqual([false, false, true]);
  expect(execute.mock.calls.map(([id]) => id)).toEqual([CommandIDs.details, CommandIDs.details]);
});

it('changes the toolbar when the settings do: without an item, and with another one', async () => {
  await activate();
  const { toolbar } = await open('first');
  await change({
    toolbar: [
      { name: 'share', disabled: true },
      { name: 'mine', command: 'vnc:toggle-statistics', rank: 1 }
    ]
  });
  const names = [...toolbar.names()].filter(name => !name.startsWith('toolbar-'));
  expect(names).not.toContain('share');
  expect(names[0]).toBe('mine');
});

it("puts the user's combinations into the menu", async () => {
  await activate();
  await open('first');
  for (const keys of ['Ctrl+Alt+F2', 'Ctrl+Alt+F3']) {
    await change({ sendKeys: [keys] });
    await commands.execute(CommandIDs.sendKeys);
    const labels = [...document.querySelectorAll('.lm-Menu-itemLabel')].map(node => node.textContent);
    expect(labels).toContain(keys);
    document.querySelector('.lm-Menu')!.dispatchEvent(new KeyboardEvent('keydown', { keyCode: 27, bubbles: true }));
  }
});
