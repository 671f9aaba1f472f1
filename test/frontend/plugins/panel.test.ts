import { DisposableDelegate } from '@lumino/disposable';
import { CommandRegistry } from '@lumino/commands';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';

import { CommandIDs } from '../../../src/lab/commands/ids';
import { panelPlugin } from '../../../src/plugins/panel';
import { DesktopManager } from '../../../src/services/manager';
import { FakeAPI } from '../fakes/api';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import type { DesktopWidget } from '../../../src/lab/widget';

let commands: CommandRegistry;
let main: Panel;
let manager: DesktopManager;
let settings: { composite: Record<string, unknown>; changed: Signal<object, void> };

beforeEach(async () => {
  performance.mark = jest.fn();
  commands = new CommandRegistry();
  main = new Panel();
  manager = new DesktopManager({ api: new FakeAPI(), prepare: () => new Promise(() => undefined), standby: 'never' });
  settings = { composite: { qualityLevel: null, compressionLevel: 2 }, changed: new Signal({}) };
  const shell = { add: (widget: Widget) => main.addWidget(widget), activateById: () => undefined };
  const app = { commands, shell, contextMenuHitTest: () => undefined } as unknown as JupyterFrontEnd;
  const registry = { load: () => Promise.resolve(settings), transform: () => new DisposableDelegate(() => undefined) };
  void panelPlugin.activate(app, manager, nullTranslator, shell, null, registry);
  await Promise.resolve();
});

afterEach(() => {
  main.dispose();
  manager.dispose();
});

async function open(name: string): Promise<DesktopWidget> {
  return ((await commands.execute(CommandIDs.open, { name })) as MainAreaWidget<DesktopWidget>).content;
}

function change(values: Record<string, unknown>): void {
  settings.composite = { ...settings.composite, ...values };
  settings.changed.emit();
}

it('applies changed settings to all panels, also later ones', async () => {
  const { viewer } = await open('first');
  expect(viewer.input.settings).toEqual({ commandKey: 'control', confirmClose: true });
  const applied = jest.spyOn(viewer, 'applySettings');
  change({ commandKey: 'alt', confirmClose: false, qualityLevel: 9 });
  expect(viewer.input.settings).toEqual({ commandKey: 'alt', confirmClose: false });
  expect(applied).toHaveBeenCalledWith(expect.objectContaining({ quality: { qualityLevel: 9, compressionLevel: 2 } }));
  const later = await open('later');
  expect(later.viewer.input.settings).toEqual({ commandKey: 'alt', confirmClose: false });
});

it("puts the user's combinations into the menu", async () => {
  await open('first');
  for (const keys of ['Ctrl+Alt+F2', 'Ctrl+Alt+F3']) {
    change({ sendKeys: [keys] });
    await commands.execute(CommandIDs.sendKeys);
    const labels = [...document.querySelectorAll('.lm-Menu-itemLabel')].map(node => node.textContent);
    expect(labels).toContain(keys);
    document.querySelector('.lm-Menu')!.dispatchEvent(new KeyboardEvent('keydown', { keyCode: 27, bubbles: true }));
  }
});
