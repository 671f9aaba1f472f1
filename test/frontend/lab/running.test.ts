import { CommandRegistry } from '@lumino/commands';

import { DesktopManager } from '../../../src/services/manager';
import { english } from '../fakes/translation';
import { RunningDesktops } from '../../../src/lab/running';
import { FakeAPI } from '../fakes/api';

import type { IRunningSessions } from '@jupyterlab/running';

let api: FakeAPI;
let manager: DesktopManager;
let running: RunningDesktops;
let executed: unknown[];
let create: (version: string) => RunningDesktops;

beforeEach(async () => {
  api = new FakeAPI();
  api.set();
  api.set({ name: 'off', phase: 'stopped' });
  api.set({ name: 'slow', phase: 'starting', step: 'session' });
  manager = new DesktopManager({ api, prepare: () => Promise.resolve(), standby: 'never' });
  await manager.refresh();
  executed = [];
  const commands = new CommandRegistry();
  for (const id of ['vnc:open', 'vnc:new']) {
    commands.addCommand(id, { execute: args => executed.push([id, args]) });
  }
  create = version => new RunningDesktops({ manager, commands, trans: english, version });
  running = create('4.2.0');
});

afterEach(() => manager.dispose());

function item(label: string): IRunningSessions.IRunningItem {
  return running.running().find(each => each.label() === label)!;
}

it('lists every desktop with its status and details', () => {
  expect(running.running().map(each => each.label())).toEqual(['Desktop', 'off (stopped)', 'slow (starting)']);
  expect(item('Desktop').detail?.()).toBe('tigervnc · xfce · 1280x720');
  expect(item('off (stopped)').className).toContain('jp-mod-stopped');
});

it('opens a desktop without starting it', () => {
  item('off (stopped)').open?.();
  expect(executed).toEqual([['vnc:open', { name: 'off', start: false }]]);
});

it.each(['4.2.0', '4.10.1', '4.7.0-alpha.2'])('labels each button by what it does in JupyterLab %s', version => {
  const { shutdownLabel } = create(version);
  const labels = ['Desktop', 'off (stopped)'].map(
    label => typeof shutdownLabel !== 'string' && shutdownLabel(item(label))
  );
  expect(labels).toEqual(['Stop', 'Remove']);
});

it.each(['4.0.13', '4.1.0'])('has one label for all buttons in JupyterLab %s', version => {
  expect(create(version).shutdownLabel).toBe('Stop or Remove');
});

it('stops running desktops, and removes others', async () => {
  item('Desktop').shutdown?.();
  item('off (stopped)').shutdown?.();
  await manager.refresh();
  expect(api.calls).toContain('stop default');
  expect(api.calls).toContain('delete off');
  expect(running.running().map(each => each.label())).toEqual(['Desktop (stopped)', 'slow (starting)']);
});

it('stops all running desktops, and removes none', () => {
  running.shutdownAll();
  expect(api.calls.filter(call => /^(stop|delete)/.test(call))).toEqual(['stop default', 'stop slow']);
});

it('fetches the list on request', () => {
  const refresh = jest.spyOn(manager, 'refresh');
  running.refreshRunning();
  expect(refresh).toHaveBeenCalled();
});
