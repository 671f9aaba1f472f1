import { Notification, WidgetTracker } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { addFileCommands } from '../../../src/lab/commands/files';
import { CommandIDs } from '../../../src/lab/commands/ids';
import { DropTarget } from '../../../src/lab/files/droptarget';
import { FileOpener } from '../../../src/lab/files/open';
import { FileUploader } from '../../../src/lab/files/uploader';
import { DesktopManager } from '../../../src/services/manager';
import { FakeAPI } from '../fakes/api';
import { accept, dialog } from '../fakes/dialogs';
import { FakeContents } from '../fakes/contents';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Contents } from '@jupyterlab/services';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { IDesktopTracker } from '../../../src/tokens';

const trans = nullTranslator.load('jupyter_vnc_proxy');

let api: FakeAPI;
let commands: CommandRegistry;
let opener: FileOpener;
let selected: string[];
let opened: unknown[];

beforeEach(() => {
  api = new FakeAPI();
  api.set();
  api.set({ name: 'lab' });
  commands = new CommandRegistry();
  selected = [];
  opened = [];
  const manager = new DesktopManager({ api, prepare: () => new Promise(() => undefined), standby: 'never' });
  commands.addCommand(CommandIDs.open, { execute: args => opened.push(args.name) });
  const contents = Object.assign(new FakeContents(), {
    driveName: (path: string) => (path.includes(':') ? path.split(':')[0] : ''),
    localPath: (path: string) => path.split(':').pop()!
  }) as unknown as Contents.IManager;
  opener = new FileOpener({ manager, commands, contents, trans });
  const uploader = new FileUploader({ contents, api, commands, opener, folder: () => '', trans });
  const items = () => selected.map(path => ({ path }))[Symbol.iterator]();
  const browsers = { tracker: { currentWidget: { selectedItems: items } } } as unknown as IFileBrowserFactory;
  const tracker = new WidgetTracker({ namespace: 'desktop' }) as unknown as IDesktopTracker;
  const app = { commands, contextMenuHitTest: () => undefined } as unknown as JupyterFrontEnd;
  addFileCommands({ app, manager, tracker, trans, browsers, opener, uploader });
});

afterEach(() => Notification.dismiss());

/** The messages that are shown. */
function messages(): string[] {
  return Notification.manager.notifications.map(({ message }) => message);
}

/** The requests that open files. */
function requests(): string[] {
  return api.calls.filter(call => call.startsWith('open'));
}

it('opens what is selected in the file browser on the default desktop, which is started', async () => {
  expect(commands.isEnabled(CommandIDs.openFile)).toBe(false);
  selected = ['a b.txt', 'RTC:folder/ü.txt'];
  expect(commands.isEnabled(CommandIDs.openFile)).toBe(true);
  await commands.execute(CommandIDs.openFile);
  expect(opened).toEqual(['default']);
  expect(api.calls).toContain('start default');
  expect(requests()).toEqual(['open default a b.txt', 'open default folder/ü.txt']);
});

it('opens nothing that is on another drive', async () => {
  await opener.open('default', ['S3:a.txt']);
  expect(requests()).toEqual([]);
  expect(messages()).toEqual([expect.stringContaining('not on the Jupyter server’s own disk')]);
});

it('asks for an application', async () => {
  api.openers = { type: 'text/plain', applications: ['first', 'second'].map(id => ({ id, name: 'Editor' })) };
  const work = commands.execute(CommandIDs.openFileWith, { path: 'a.txt', name: 'lab' });
  await dialog.opened('select');
  const select = document.querySelector<HTMLSelectElement>('.jp-Dialog select')!;
  select.value = select.options[1].value;
  accept();
  await work;
  expect(requests()).toEqual(['open lab a.txt second']);
});

it('says if no application opens the type', async () => {
  await commands.execute(CommandIDs.openFileWith, { path: 'a.txt', name: 'lab' });
  expect(messages()).toEqual([expect.stringContaining('No application on the desktop opens files of this type.')]);
});

it('takes only files that are dropped, and says where they go', () => {
  const node = document.createElement('div');
  const dropped: unknown[] = [];
  const target = new DropTarget({
    node,
    fileHint: () => 'Upload to /',
    pathHint: () => 'Open',
    dropFiles: data => dropped.push(data),
    dropPaths: paths => dropped.push(paths)
  });
  const hint = node.querySelector<HTMLElement>('.jp-Desktop-dropHint')!;
  const send = (type: string, more: object) => {
    const event = Object.assign(new Event(type, { cancelable: true }), more);
    node.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(send('dragover', { dataTransfer: { types: ['text/plain'] } })).toBe(false);
  const dataTransfer = { types: ['Files'] };
  expect(send('dragenter', { dataTransfer })).toBe(true);
  expect([hint.hidden, hint.textContent]).toEqual([false, 'Upload to /']);
  send('dragleave', { dataTransfer, relatedTarget: hint });
  expect(hint.hidden).toBe(false);
  send('dragleave', { dataTransfer, relatedTarget: document.body });
  expect(hint.hidden).toBe(true);
  send('drop', { dataTransfer });
  const mimeData = { hasData: (type: string) => type === 'application/x-jupyter-icontents', getData: () => ['a'] };
  send('lm-dragover', { mimeData });
  expect(hint.textContent).toBe('Open');
  send('lm-drop', { mimeData });
  expect(send('lm-drop', { mimeData: { hasData: () => false } })).toBe(false);
  expect(dropped).toEqual([dataTransfer, ['a']]);
  target.dispose();
  expect(send('dragover', { dataTransfer })).toBe(false);
});
