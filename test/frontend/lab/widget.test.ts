import { MainAreaWidget } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

import { english } from '../fakes/translation';
import { Desktop } from '../../../src/model';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { DesktopConnection } from '../../../src/services/connection';
import { DesktopWidget } from '../../../src/lab/widget';
import { FakeAPI } from '../fakes/api';
import { resetFakes } from '../fakes/reset';
import FakeRFB from '../fakes/rfb';
import { FakeSocket } from '../fakes/socket';

let api: FakeAPI;
let connection: DesktopConnection;
let widget: DesktopWidget;

async function live(): Promise<void> {
  connection.start();
  await jest.advanceTimersByTimeAsync(0);
  FakeRFB.last.connect();
  FakeRFB.last.paint();
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  resetFakes();
  api = new FakeAPI();
  api.set();
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
  widget = new DesktopWidget({ connection, api, trans: english });
});

afterEach(() => {
  widget.dispose();
  jest.useRealTimers();
});

it('shows name and status in its title', async () => {
  expect(widget.title.label).toBe('Desktop (starting)');
  await live();
  expect(widget.title.label).toBe('Desktop');
  expect(widget.title.className).toContain('jp-mod-running');
  expect(widget.title.caption).toContain('tigervnc');
  FakeSocket.last.drop(4410);
  expect(widget.title.label).toBe('Desktop (stopped)');
  expect(widget.title.className).toContain('jp-mod-stopped');
});

it('has a name for screen readers, whatever panel it is in', async () => {
  const panel = new MainAreaWidget({ content: widget });
  Widget.attach(panel, document.body);
  expect(widget.node.getAttribute('aria-label')).toBe('Desktop');
  await live();
  widget.customTitle = 'Plots';
  expect(widget.node.getAttribute('aria-label')).toBe('Plots');
  panel.dispose();
});

it('shows in its title and caption which monitor it is', async () => {
  api.nextTicket = { ticket: 't', rights: [...Desktop.ALL_RIGHTS], connection: 'own' };
  const area = { y: 0, width: 800, height: 600 };
  const monitors = ['other', 'own'].map((id, index) => ({
    ...area,
    connection: id,
    number: index + 1,
    x: 800 * index
  }));
  await live();
  widget.monitor = 2;
  expect(widget.title.label).toBe('Desktop');
  api.set({ several_monitors: true, monitors });
  await connection.refresh();
  expect(widget.title.label).toBe('Desktop – Monitor 2');
  expect(widget.title.caption.split('\n')).toContain('Monitor: 2');
  widget.customTitle = 'Plots';
  expect([widget.title.label, widget.usualTitle]).toEqual(['Plots', 'Desktop – Monitor 2']);
  expect(widget.title.caption.split('\n')).toContain('Monitor: 2');
});

it('shows in its caption what a page without https lacks', async () => {
  await live();
  // jsdom's pages are not secure.
  expect(widget.title.caption).toContain('https');
});

it('keeps the connection while it is moved', async () => {
  const [here, there] = [new Panel(), new Panel()];
  Widget.attach(here, document.body);
  Widget.attach(there, document.body);
  here.addWidget(widget);
  await live();
  there.addWidget(widget);
  await jest.advanceTimersByTimeAsync(60000);
  expect(FakeSocket.instances).toHaveLength(1);
  expect(FakeRFB.last.calls).toEqual([]);
  expect(FakeRFB.last.resizeSession).toBe(true);
  here.dispose();
  there.dispose();
});

it('neither reconnects nor resizes while hidden', async () => {
  Widget.attach(widget, document.body);
  await live();
  widget.hide();
  expect(FakeRFB.last.resizeSession).toBe(false);
  FakeSocket.last.drop();
  await jest.advanceTimersByTimeAsync(60000);
  expect(FakeSocket.instances).toHaveLength(1);
  widget.show();
  await jest.advanceTimersByTimeAsync(1);
  expect(FakeSocket.instances).toHaveLength(2);
});

it('takes the focus when activated', async () => {
  Widget.attach(widget, document.body);
  await live();
  MessageLoop.sendMessage(widget, Widget.Msg.ActivateRequest);
  expect(document.activeElement).toBe(widget.node.querySelector('textarea'));
});

it("keeps the desktop's keys from shortcuts", async () => {
  Widget.attach(widget, document.body);
  await live();
  const commands = new CommandRegistry();
  const execute = jest.fn();
  commands.addCommand('test', { execute });
  commands.addKeyBinding({ command: 'test', keys: ['Ctrl B'], selector: 'body' });
  const listen = (event: KeyboardEvent) => commands.processKeydownEvent(event);
  document.addEventListener('keydown', listen, true);
  const press = (target: Element) =>
    target.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'b', code: 'KeyB', keyCode: 66, ctrlKey: true, bubbles: true })
    );
  widget.viewer.focus();
  press(document.activeElement!);
  expect(execute).not.toHaveBeenCalled();
  press(document.body);
  expect(execute).toHaveBeenCalledTimes(1);
  document.removeEventListener('keydown', listen, true);
});

it('disposes its connection when disposed, and says so to the server', async () => {
  await live();
  widget.dispose();
  expect(FakeSocket.last.closedWith).toBe(1000);
  widget.dispose();
  expect(connection.isDisposed).toBe(true);
  expect(FakeSocket.last.readyState).toBe(WebSocket.CLOSED);
});
