import { setImmediate } from 'node:timers/promises';

import { PageUploads } from '../../../src/page/files/uploads';
import { DesktopError } from '../../../src/services/restapi';
import { FakeAPI } from '../fakes/api';
import { FakeContents, responseError } from '../fakes/contents';
import { english } from '../fakes/translation';

import type { INewContents } from '../../../src/services/contents';
import type { DesktopViewer } from '../../../src/viewer/desktopviewer';

const BASE = 'http://server/';
const MAX_ROUNDS = 1000;
const LEAVES = 'leaves the page';
const LARGE = 'x'.repeat(2.5 * 1024 * 1024);

let api: FakeAPI;
let contents: FakeContents;
/** What the user may do. */
let permissions: Record<string, string[]>;
/** JupyterLab's setting; undefined without JupyterLab. */
let uploadFolder: string | undefined;
let viewer: DesktopViewer;

/** Answers as Jupyter Server. */
async function send(url: string, { method, body }: RequestInit): Promise<Response> {
  const { pathname, searchParams } = new URL(url);
  const response = (status: number, json: unknown) =>
    ({ ok: status < 400, status, json: () => Promise.resolve(json) }) as Response;
  if (pathname === '/api/me') {
    return response(200, { permissions });
  }
  const path = decodeURIComponent(pathname.replace('/api/contents/', ''));
  const sent = JSON.parse((body as string | undefined) ?? '{}') as INewContents & { path: string };
  try {
    switch (method) {
      case 'PUT':
        return response(201, await contents.save(path, sent));
      case 'PATCH':
        return response(200, await contents.rename(path, sent.path));
      case 'DELETE':
        return response(204, await contents.delete(path));
      default:
        return response(200, await contents.get(path, { content: searchParams.get('content') === '1' }));
    }
  } catch (error) {
    const { status, message } = error as DesktopError;
    return response(status, { message });
  }
}

/** Waits until something is so: files are read in real time. */
async function until(check: () => void): Promise<void> {
  for (let rounds = 0; ; rounds++) {
    await jest.advanceTimersByTimeAsync(50);
    await setImmediate();
    try {
      return check();
    } catch (error) {
      if (rounds === MAX_ROUNDS) {
        throw error;
      }
    }
  }
}

const says = (text: string) => until(() => expect(message()).toBe(text));
const asks = (text: string) => until(() => expect(dialog()?.textContent).toContain(text));
/** Lets requests be answered. */
const settled = () => jest.advanceTimersByTimeAsync(0);

const hint = () => viewer.node.querySelector<HTMLElement>('.jp-Desktop-dropHint')!;
const panel = () => viewer.node.querySelector<HTMLElement>('.jp-Desktop-upload');
const message = () => panel()?.querySelector('span')!.textContent;
const bar = () => viewer.node.querySelector('progress');
const dialog = () => document.querySelector('dialog');

function button(label: string, parent: Element | null = panel()): HTMLButtonElement {
  return [...parent!.querySelectorAll('button')].find(({ textContent }) => textContent === label)!;
}

/** Drags files to the desktop; returns what a browser would do if they were dropped. */
function drag(type: string, files: Record<string, string> = {}): string {
  const items = Object.entries(files).map(([name, text]) => ({
    kind: 'file',
    webkitGetAsEntry: () => null,
    getAsFile: () => new File([text], name)
  }));
  const dataTransfer = { types: ['Files'], items, dropEffect: 'copy' };
  const event = Object.assign(new Event(type, { cancelable: true, bubbles: true }), { dataTransfer });
  viewer.node.dispatchEvent(event);
  return event.defaultPrevented ? dataTransfer.dropEffect : LEAVES;
}

/** Drops files as a user does, who sees first where they go. */
async function drop(files: Record<string, string>): Promise<void> {
  drag('dragenter');
  await settled();
  drag('dragover');
  drag('drop', files);
}

function start({ isInvited = false } = {}): void {
  new PageUploads({ viewer, api, baseUrl: BASE, send, trans: english, isInvited });
}

beforeEach(() => {
  jest.useFakeTimers();
  AbortSignal.timeout = () => new AbortController().signal;
  HTMLDialogElement.prototype.showModal = jest.fn();
  HTMLDialogElement.prototype.close = function (): void {
    this.dispatchEvent(new Event('close'));
  };
  api = new FakeAPI();
  api.set();
  contents = new FakeContents();
  jest.spyOn(api, 'discardUpload').mockImplementation(path => contents.delete(path));
  permissions = { contents: ['read', 'write'], vnc: ['execute'] };
  uploadFolder = undefined;
  globalThis.fetch = jest.fn((url: string) => {
    expect(url).toBe(`${BASE}lab/api/settings/jupyter-vnc-proxy:files`);
    const json = () => Promise.resolve({ settings: { uploadFolder } });
    return Promise.resolve({ ok: uploadFolder !== undefined, json });
  }) as unknown as typeof fetch;
  const node = document.createElement('main');
  document.body.append(node);
  const connection = { name: 'default', status: { connected: true }, start: jest.fn() };
  viewer = { node, connection, notice: { show: jest.fn() }, focus: jest.fn() } as unknown as DesktopViewer;
});

afterEach(() => jest.useRealTimers());

it('uploads to the root of the tree, and opens that on the desktop', async () => {
  start();
  expect(drag('dragenter')).toBe('copy');
  await settled();
  drag('dragover');
  expect([hint().hidden, hint().textContent]).toEqual([false, 'Upload to /']);
  drag('drop', { 'a b.txt': 'A', 'large.bin': LARGE });
  await says('2 files were uploaded.');
  expect([hint().hidden, bar()]).toEqual([true, null]);
  expect(contents.files).toEqual({ 'a b.txt': 'A', 'large.bin': LARGE });
  button('Open on Desktop').click();
  await until(() => expect(api.calls).toEqual(['start default', 'open default a b.txt']));
  expect([panel(), jest.mocked(viewer.focus).mock.calls.length]).toEqual([null, 1]);
});

it.each([
  ['up/loads', 'up/loads/a'],
  ['/uploads/', 'uploads/a'],
  ['RTC:shared', 'shared/a'],
  ['S3:bucket', 'a']
])('uploads to the folder %s of JupyterLab’s setting', async (setting, path) => {
  uploadFolder = setting;
  start();
  await drop({ a: '' });
  await says('1 file was uploaded.');
  expect(contents.files).toEqual({ [path]: '' });
});

it('takes what is dropped before it knows the folder', async () => {
  uploadFolder = 'uploads';
  start();
  drag('dragenter');
  expect(hint().hidden).toBe(true);
  drag('drop', { a: '' });
  await says('1 file was uploaded.');
  expect(contents.files).toEqual({ 'uploads/a': '' });
});

it('says that nothing may be written, before anything is sent', async () => {
  permissions.contents = ['read'];
  start();
  drag('dragenter');
  await settled();
  expect(drag('dragover')).toBe('none');
  expect(hint().textContent).toBe('There is no permission to write there.');
  drag('drop', { a: '' });
  await says('The upload failed. There is no permission to write there.');
  expect(contents.requests).toEqual([]);
});

it('offers nothing to users who are invited, nor without the server extension, and stays', () => {
  start({ isInvited: true });
  expect(['dragenter', 'dragover'].map(type => drag(type))).toEqual(['none', 'none']);
  expect(drag('drop', { a: '' })).not.toBe(LEAVES);
  expect([hint().hidden, contents.requests]).toEqual([true, []]);
  viewer.node.replaceChildren();
  api.route = 'proxy';
  start();
  expect(['dragenter', 'dragover'].map(type => drag(type))).toEqual(['none', 'none']);
  expect(drag('drop', { a: '' })).not.toBe(LEAVES);
  expect([hint().hidden, contents.requests]).toEqual([true, []]);
});

it('offers to open nothing that the user may not', async () => {
  permissions.vnc = [];
  start();
  await drop({ a: '' });
  await says('1 file was uploaded.');
  expect(button('Open on Desktop')).toBeUndefined();
});

it('says why a file can not be opened', async () => {
  start();
  await drop({ a: '' });
  await says('1 file was uploaded.');
  const error = new DesktopError({
    status: 409,
    message: 'Neither gio nor xdg-open is installed.',
    fix: 'apt install x'
  });
  jest.spyOn(api, 'openFile').mockRejectedValue(error);
  Object.assign(viewer.connection.status, { connected: false });
  button('Open on Desktop').click();
  const text = 'The file could not be opened on "Desktop": Neither gio nor xdg-open is installed. apt install x';
  await until(() => expect(viewer.notice.show).toHaveBeenCalledWith(text, true));
  expect(viewer.connection.start).toHaveBeenCalled();
});

it('asks before a file is overwritten, each or all', async () => {
  ['1', '2', '3', '4'].forEach(path => contents.tree.set(path, Buffer.from('old')));
  start();
  await drop({ 1: 'new', 2: 'new', 3: 'new', 4: 'new' });
  await asks('"1" exists already in the folder.Also for 3 other files');
  button('Skip', dialog()).click();
  await asks('"2" exists already in the folder.Also for 2 other files');
  dialog()!.querySelector('input')!.checked = true;
  button('Overwrite', dialog()).click();
  await says('3 files were uploaded.');
  expect([dialog(), contents.files]).toEqual([null, { 1: 'old', 2: 'new', 3: 'new', 4: 'new' }]);
});

it('uploads nothing if the question is closed', async () => {
  contents.tree.set('1', Buffer.from('old'));
  start();
  await drop({ 1: 'new', 2: 'new' });
  await asks('"1" exists already');
  expect(dialog()!.querySelector<HTMLElement>('label')!.hidden).toBe(true);
  dialog()!.close();
  await says('The upload was cancelled. 0 files were uploaded.');
  expect(contents.files).toEqual({ 1: 'old' });
  await jest.advanceTimersByTimeAsync(60 * 1000);
  expect(panel()).toBeNull();
});

it('shows the progress, and cancels', async () => {
  let resume = () => undefined as void;
  const held = new Promise<void>(resolve => (resume = resolve));
  const { save } = contents;
  jest.spyOn(contents, 'save').mockImplementation(async (path, model) => {
    if (model.chunk === 2) {
      await held;
    }
    return save.call(contents, path, model);
  });
  start();
  await drop({ large: LARGE });
  await says('Uploading 1.0 MB of 2.6 MB…');
  expect(bar()!.value).toBeGreaterThan(0.3);
  const cancel = button('Cancel');
  cancel.click();
  await says('Cancelling the upload…');
  expect(cancel.hidden).toBe(true);
  resume();
  await says('The upload was cancelled. 0 files were uploaded.');
  expect([bar(), contents.files]).toEqual([null, {}]);
});

it('lists what has failed, until it is closed', async () => {
  contents.before = request => {
    if (request.startsWith('save bad')) {
      throw responseError(400, 'Hidden files are refused.');
    }
  };
  start();
  await drop({ bad1: '', bad2: '', good: '' });
  await says('The upload failed. "bad1": Hidden files are refused. 1 file was uploaded.');
  await jest.advanceTimersByTimeAsync(60 * 1000);
  button('Details').click();
  expect(dialog()!.textContent).toContain('"bad1": Hidden files are refused.\n"bad2": Hidden files are refused.');
  button('Close', dialog()).click();
  button('Close').click();
  expect(panel()).toBeNull();
});
