import { WidgetTracker } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { Panel } from '@lumino/widgets';

import { CommandIDs } from '../../../src/lab/commands/ids';
import { addOpenPage, addOpenPanel } from '../../../src/lab/commands/open';
import { addPanelCommands } from '../../../src/lab/commands/panel';
import { LabSettings } from '../../../src/lab/settings';
import { DesktopManager } from '../../../src/services/manager';
import { english } from '../fakes/translation';
import { FakeAPI, modelOf } from '../fakes/api';
import { accept, dialog } from '../fakes/dialogs';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import type { Desktop } from '../../../src/model';
import type { IPanelContext } from '../../../src/lab/commands/context';
import type { DesktopWidget } from '../../../src/lab/widget';

type DesktopPanel = MainAreaWidget<DesktopWidget>;

let api: FakeAPI;
let commands: CommandRegistry;
let manager: DesktopManager;
let tracker: WidgetTracker<DesktopPanel>;
let main: Panel;
let activated: string[];
let added: object[];
let filled: string[];
let context: IPanelContext;
let hit: HTMLElement | undefined;

beforeEach(() => {
  performance.mark = jest.fn();
  window.open = jest.fn();
  api = new FakeAPI();
  commands = new CommandRegistry();
  // The viewer never loads: the commands must not depend on it.
  manager = new DesktopManager({ api, prepare: () => new Promise(() => undefined), standby: 'never' });
  tracker = new WidgetTracker({ namespace: 'test' });
  main = new Panel();
  activated = [];
  added = [];
  filled = [];
  hit = undefined;
  const shell = {
    add: (widget: Widget, _: string, options: object) => {
      added.push(options);
      main.addWidget(widget);
    },
    activateById: (id: string) => activated.push(id)
  };
  context = {
    app: { commands, shell, contextMenuHitTest: () => hit } as unknown as JupyterFrontEnd,
    manager,
    tracker,
    trans: english,
    settings: new LabSettings(english),
    fillToolbar: panel => filled.push(panel.id)
  };
});

afterEach(() => {
  main.dispose();
  tracker.dispose();
  manager.dispose();
});

async function open(args = {}): Promise<DesktopPanel> {
  return (await commands.execute(CommandIDs.open, args)) as DesktopPanel;
}

describe('in JupyterLab', () => {
  beforeEach(() => {
    addOpenPanel(context);
    addPanelCommands(context);
  });

  it('opens the default desktop in a panel, and starts it', async () => {
    const panel = await open();
    expect(panel.content.connection.name).toBe('default');
    expect(activated).toEqual([panel.id]);
    expect(api.calls).toContain('start default');
    expect(tracker.has(panel)).toBe(true);
    expect(performance.mark).toHaveBeenCalledWith('vnc:open');
  });

  it('opens one panel per desktop, and activates it if it exists', async () => {
    const panel = await open();
    await open();
    expect(main.widgets).toEqual([panel]);
    expect(activated).toEqual([panel.id, panel.id]);
    const other = await open({ name: 'other' });
    expect(main.widgets).toEqual([panel, other]);
  });

  it('opens another view of a desktop on request, and numbers them', async () => {
    const first = await open();
    await commands.execute(CommandIDs.anotherView, { id: first.id });
    expect(main.widgets).toHaveLength(2);
    const [, second] = main.widgets as DesktopPanel[];
    expect([first.content.view, second.content.view]).toEqual([1, 2]);
    first.dispose();
    expect((await open({ newPanel: true })).content.view).toBe(1);
  });

  describe('another monitor', () => {
    /** Let a panel be connected to a desktop that can have several monitors, or not. */
    function connect(panel: DesktopPanel, model: Partial<Desktop.IModel> = { several_monitors: true }): void {
      const status = {
        ...panel.content.connection.status,
        connected: true,
        connectionId: 'own',
        model: modelOf(model)
      };
      Object.defineProperty(panel.content.connection, 'status', { value: status, configurable: true });
    }

    it('is opened in a panel beside the first, which becomes one, too', async () => {
      const first = await open();
      connect(first);
      await commands.execute(CommandIDs.addMonitor, { id: first.id });
      const [, second] = main.widgets as DesktopPanel[];
      expect([first.content.monitor, second.content.monitor]).toEqual([1, 2]);
      expect(added.at(-1)).toMatchObject({ mode: 'split-right', ref: first.id });
    });

    it('is opened in a window of its own', async () => {
      const first = await open({ name: 'work' });
      connect(first);
      await commands.execute(CommandIDs.addMonitorWindow, { id: first.id });
      expect(window.open).toHaveBeenCalledWith(
        expect.stringMatching(/desktop=work&monitor=2$/),
        'jupyter-desktop-work-monitor-2',
        expect.stringContaining('popup')
      );
    });

    it('follows all others', async () => {
      const first = await open({ monitor: 1 });
      const monitor = { connection: 'other', number: 3, x: 0, y: 0, width: 100, height: 100 };
      connect(first, { several_monitors: true, monitors: [monitor] });
      await commands.execute(CommandIDs.addMonitor, { id: first.id });
      expect((main.widgets as DesktopPanel[])[1].content.monitor).toBe(4);
    });

    it('needs a desktop that can have it, and says so', async () => {
      const first = await open();
      const args = { id: first.id };
      expect(commands.isEnabled(CommandIDs.addMonitor, args)).toBe(false);
      connect(first);
      expect(commands.isEnabled(CommandIDs.addMonitor, args)).toBe(true);
      connect(first, {});
      expect(commands.isEnabled(CommandIDs.addMonitor, args)).toBe(false);
      expect(commands.caption(CommandIDs.addMonitor, args)).toBe('This desktop cannot have several monitors.');
      connect(first);
      api.route = 'proxy';
      expect(commands.isEnabled(CommandIDs.addMonitor, args)).toBe(false);
    });
  });

  it('restores each view of a desktop, with its title', async () => {
    const second = await open({ name: 'work', start: false, view: 2, title: 'Mine' });
    const first = await open({ name: 'work', start: false, view: 1, title: '' });
    expect(second.content.view).toBe(2);
    expect(second.content.title.label).toContain('Mine');
    expect(first.content.title.label).toContain('work');
  });

  it('changes the title of a tab, and resets it', async () => {
    const panel = await open();
    for (const [title, own] of [
      ['Mine', 'Mine'],
      ['', '']
    ]) {
      const renamed = commands.execute(CommandIDs.renameTitle, { id: panel.id });
      await dialog.opened('input');
      dialog().querySelector('input')!.value = title;
      accept();
      await renamed;
      expect(panel.content.customTitle).toBe(own);
    }
    expect(panel.title.label).toBe('Desktop (starting)');
  });

  it('acts on the panel whose tab was clicked', async () => {
    const first = await open();
    await open({ name: 'other' });
    const tab = document.createElement('li');
    tab.dataset.id = first.id;
    hit = tab;
    await commands.execute(CommandIDs.popOut, { fromTab: true });
    expect(window.open).toHaveBeenCalledWith(
      expect.stringContaining('desktop=default'),
      expect.anything(),
      expect.anything()
    );
  });

  it('starts nothing when the layout is restored', async () => {
    await open({ name: 'default', start: false });
    expect(api.calls).not.toContain('start default');
    expect(api.calls).toContain('get default');
  });

  it('pops out the desktop of the given panel', async () => {
    await open();
    const other = await open({ name: 'other' });
    await commands.execute(CommandIDs.popOut, { id: other.id });
    expect(window.open).toHaveBeenCalledWith(
      'http://server/desktops/?desktop=other',
      'jupyter-desktop-other',
      expect.stringContaining('popup')
    );
  });

  it('sends Ctrl-Alt-Del only while connected', async () => {
    const panel = await open();
    expect(commands.isEnabled(CommandIDs.ctrlAltDel, { id: panel.id })).toBe(false);
  });

  it('plays and mutes the sound of the given panel', async () => {
    const panel = await open();
    const args = { id: panel.id };
    const { sound } = panel.content;
    expect(commands.isEnabled(CommandIDs.toggleSound, args)).toBe(false);
    const state = jest.spyOn(sound, 'state', 'get').mockReturnValue('muted');
    const toggle = jest.spyOn(sound, 'toggle').mockReturnValue();
    expect(commands.isEnabled(CommandIDs.toggleSound, args)).toBe(true);
    expect(commands.isToggled(CommandIDs.toggleSound, args)).toBe(false);
    await commands.execute(CommandIDs.toggleSound, args);
    expect(toggle).toHaveBeenCalledTimes(1);
    state.mockReturnValue('playing');
    expect(commands.isToggled(CommandIDs.toggleSound, args)).toBe(true);
  });

  it('shares the desktop of the given panel, unless its user may only look', async () => {
    api.set();
    api.nextTicket = { ticket: 't', rights: ['see', 'keys'], connection: 'c1' };
    const panel = await open();
    const args = { id: panel.id };
    expect(commands.isEnabled(CommandIDs.share, args)).toBe(true);
    const closed = commands.execute(CommandIDs.share, args);
    await dialog.opened('.jp-Desktop-share');
    expect(dialog().textContent).toContain('Share Desktop');
    accept();
    await closed;
    const { status } = panel.content.connection;
    jest.spyOn(panel.content.connection, 'status', 'get').mockReturnValue({ ...status, rights: ['see'] });
    expect(commands.isEnabled(CommandIDs.share, args)).toBe(false);
    api.route = 'proxy';
    jest.restoreAllMocks();
    expect(commands.isEnabled(CommandIDs.share, args)).toBe(false);
  });

  it('is disabled without a panel', () => {
    for (const id of [CommandIDs.popOut, CommandIDs.reconnect, CommandIDs.fullScreen]) {
      expect(commands.isEnabled(id)).toBe(false);
    }
  });

  it('fills the toolbar of each panel', async () => {
    const panel = await open();
    expect(filled).toEqual([panel.id]);
  });

  it('changes the setting of touch', async () => {
    const { id } = await open();
    const { trackpad } = CommandIDs;
    expect(commands.isToggled(trackpad, { id })).toBe(false);
    await commands.execute(trackpad, { id });
    expect(commands.isToggled(trackpad, { id })).toBe(true);
    expect(context.settings.stored.touchMode).toBe('trackpad');
    await commands.execute(trackpad, { id });
    expect(commands.isToggled(trackpad, { id })).toBe(false);
  });

  it('locks the pointer only while connected', async () => {
    const panel = await open();
    expect(commands.isEnabled(CommandIDs.lockPointer, { id: panel.id })).toBe(false);
    expect(commands.isToggled(CommandIDs.lockPointer, { id: panel.id })).toBe(false);
  });
});

describe('elsewhere', () => {
  it('opens the plain page in a browser tab', async () => {
    addOpenPage(context);
    await commands.execute(CommandIDs.open);
    expect(window.open).toHaveBeenCalledWith('http://server/desktops/?desktop=default', '_blank', 'noopener');
  });
});
