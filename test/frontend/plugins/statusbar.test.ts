import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { CommandIDs } from '../../../src/lab/commands/ids';
import { DesktopWidget } from '../../../src/lab/widget';
import { statusBarPlugin } from '../../../src/plugins/statusbar';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI } from '../fakes/api';
import { registryWith } from '../fakes/settings';
import { FakeSocket } from '../fakes/socket';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStatusBar } from '@jupyterlab/statusbar';
import type { Desktop } from '../../../src/model';
import type { ISample } from '../../../src/viewer/statistics/statistics';

const SAMPLE: ISample = { latencyMs: 24, fps: 30, kbps: 900, encoding: 'Tight', browserShare: 0, load: null };

let registered: IStatusBar.IItem;
let settings: ISettingRegistry.ISettings;
let shell: { currentWidget: Widget | null; currentChanged: Signal<object, void> };
let toggled: jest.Mock;
let panel: MainAreaWidget<DesktopWidget>;
let status: jest.SpyInstance<Desktop.IStatus>;

const text = () => registered.item.node.textContent;

function select(widget: Widget | null): void {
  shell.currentWidget = widget;
  shell.currentChanged.emit();
}

beforeEach(async () => {
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  const tracker = new WidgetTracker<MainAreaWidget<DesktopWidget>>({ namespace: 'test' });
  const api = new FakeAPI();
  const connection = new DesktopConnection({ name: 'lab', api, openSocket: url => FakeSocket.open(url) });
  const trans = nullTranslator.load('jupyter-vnc-proxy');
  status = jest.spyOn(connection, 'status', 'get');
  status.mockReturnValue({ ...connection.status, phase: 'running', connected: true });
  panel = new MainAreaWidget({ content: new DesktopWidget({ connection, api, trans }) });
  panel.id = 'panel';
  await tracker.add(panel);
  shell = { currentWidget: null, currentChanged: new Signal({}) };
  const commands = new CommandRegistry();
  toggled = jest.fn();
  commands.addCommand(CommandIDs.toggleStatistics, { execute: toggled });
  const bar: IStatusBar = {
    registerStatusItem: (_, item) => {
      registered = item;
      return { isDisposed: false, dispose: () => undefined };
    }
  };
  const { registry, id } = registryWith({});
  registry.transform(id, {});
  void statusBarPlugin.activate({ commands } as JupyterFrontEnd, tracker, nullTranslator, shell, bar, registry);
  settings = await registry.load(id);
  await new Promise(done => setTimeout(done));
});

afterEach(() => panel.dispose());

it('has an item while a desktop is current, which measures only then', () => {
  const { measured } = panel.content.statistics;
  const watch = jest.spyOn(measured, 'watch');
  const unwatch = jest.spyOn(measured, 'unwatch');
  const changed = jest.fn();
  registered.activeStateChanged!.connect(changed);
  expect(registered.isActive!()).toBe(false);
  select(panel);
  expect(registered.isActive!()).toBe(true);
  // At rest, it must send nothing.
  expect(watch).toHaveBeenCalledWith(registered.item, false);
  select(new Widget());
  expect(registered.isActive!()).toBe(false);
  expect(unwatch).toHaveBeenCalledWith(registered.item);
  expect(changed).toHaveBeenCalledTimes(2);
});

it('shows the numbers, and what limits them', () => {
  select(panel);
  const { measured } = panel.content.statistics;
  expect(text()).toBe('Desktop');
  const samples = jest.spyOn(measured, 'samples', 'get').mockReturnValue([SAMPLE]);
  (measured.changed as Signal<object, void>).emit();
  expect(text()).toBe('Desktop: 24 ms · 30 fps');
  samples.mockReturnValue([{ ...SAMPLE, latencyMs: null }]);
  jest.spyOn(measured, 'limit', 'get').mockReturnValue({ by: 'browser', share: 0.9 });
  (measured.changed as Signal<object, void>).emit();
  expect(text()).toBe('Desktop: 30 fps · limited by this browser');
});

it('shows no numbers without a connection', () => {
  select(panel);
  const { connection, statistics } = panel.content;
  jest.spyOn(statistics.measured, 'samples', 'get').mockReturnValue([{ ...SAMPLE, latencyMs: 4000 }]);
  const lost: Desktop.IStatus = { ...connection.status, phase: 'lost', connected: false, retryAt: Date.now() };
  for (const [retryAt, expected] of [
    [Date.now(), 'Desktop (reconnecting)'],
    [null, 'Desktop (disconnected)']
  ] as const) {
    status.mockReturnValue({ ...lost, retryAt });
    (connection.statusChanged as unknown as Signal<object, void>).emit();
    expect(text()).toBe(expected);
  }
});

it('shows the statistics by a click', () => {
  select(panel);
  registered.item.node.click();
  expect(toggled).toHaveBeenCalledTimes(1);
});

it('is hidden by a setting', async () => {
  select(panel);
  await settings.set('showStatusItem', false);
  expect(registered.isActive!()).toBe(false);
  await settings.set('showStatusItem', true);
  expect(registered.isActive!()).toBe(true);
});

it('goes with its panel', () => {
  select(panel);
  panel.dispose();
  expect(registered.isActive!()).toBe(false);
});
