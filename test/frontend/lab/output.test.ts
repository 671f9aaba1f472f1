import { Widget } from '@lumino/widgets';

import { english } from '../fakes/translation';
import { FakeAPI } from '../fakes/api';
import { resetFakes } from '../fakes/reset';
import FakeRFB from '../fakes/rfb';
import { FakeSocket } from '../fakes/socket';
import { DESKTOP_MIME_TYPE, DesktopOutput } from '../../../src/lab/output';
import { DesktopConnection } from '../../../src/services/connection';
import { settingsTable } from '../../../src/viewer/settings/table';
import { resolved } from '../../../src/viewer/settings/values';
import { loadNoVNC } from '../../../src/viewer/rfb';

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { IDesktopManager } from '../../../src/tokens';

let api: FakeAPI;
let output: DesktopOutput;

function model(data: unknown): IRenderMime.IMimeModel {
  return { data: { [DESKTOP_MIME_TYPE]: data, 'image/png': 'cGljdHVyZQ==' } } as unknown as IRenderMime.IMimeModel;
}

async function render(data: unknown): Promise<void> {
  await output.renderModel(model(data));
  await jest.advanceTimersByTimeAsync(0);
}

function viewer(): HTMLElement | null {
  return output.node.querySelector('.jp-Desktop');
}

beforeAll(() => loadNoVNC());

beforeEach(() => {
  resetFakes();
  api = new FakeAPI();
  const connectTo = (name: string) =>
    new DesktopConnection({ name, api, openSocket: (url: string) => FakeSocket.open(url) });
  output = new DesktopOutput({
    manager: { api, connectTo } as unknown as IDesktopManager,
    trans: english,
    settings: name => resolved(settingsTable(english), {}, name)
  });
  Widget.attach(output, document.body);
});

afterEach(() => {
  output.dispose();
  jest.useRealTimers();
});

it('shows a desktop that runs, in its size, and its picture again once it has ended', async () => {
  api.set({ phase: 'running' });
  await render({ name: 'default', width: 640, height: 400 });
  FakeRFB.last.connect();
  FakeRFB.last.paint();
  expect(viewer()!.dataset.connected).toBe('true');
  expect(output.node.style.maxWidth).toBe('640px');
  expect(FakeRFB.last.resizeSession).toBe(false);
  expect(output.node.querySelector('img')!.src).toBe('data:image/png;base64,cGljdHVyZQ==');
  FakeSocket.last.drop(4410);
  await jest.advanceTimersByTimeAsync(0);
  expect(viewer()).toBeNull();
});

it('shows the picture of a desktop that does not run, and starts none', async () => {
  api.set({ phase: 'stopped' });
  await render({ name: 'default', width: 640, height: 400 });
  expect(viewer()).toBeNull();
  expect(FakeSocket.instances).toEqual([]);
  expect(output.node.querySelector('img')!.alt).toBe('The desktop default');
});

it.each([null, 'default', {}, { name: 7, width: 1, height: 1 }, { name: 'default', width: '1', height: 0 }])(
  'shows the picture if a notebook has something else: %j',
  async data => {
    api.set({ phase: 'running' });
    await render(data);
    expect(viewer()).toBeNull();
    expect(output.node.querySelector('img')!.hidden).toBe(false);
  }
);

it('closes the connection with the output', async () => {
  api.set({ phase: 'running' });
  await render({ name: 'default', width: 640, height: 400 });
  FakeRFB.last.connect();
  const { last } = FakeSocket;
  output.dispose();
  expect(last.readyState).toBeGreaterThan(WebSocket.OPEN);
});
