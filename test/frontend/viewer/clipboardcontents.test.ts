import { Contents } from '../../../src/viewer/clipboardcontents';
import { followNotifies } from '../../../src/viewer/clipboardnotify';

import type RFB from '@novnc/novnc';
import type { IForms } from '../../../src/viewer/clipboardnotify';

const PNG = 'iVBORw0KGgo=';

function useClipboard(clipboard: object): void {
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
}

/** jsdom's blobs have no `text`. */
function blobOf(text: string, type: string): Blob {
  return Object.assign(new Blob([text], { type }), { text: () => Promise.resolve(text) });
}

it('takes contents from JSON and makes it of them', async () => {
  const model = { 'text/plain': 'bold', 'text/html': '<b>bold</b>', 'image/png': PNG };
  const contents = Contents.fromModel(model);
  expect(contents.picture).toMatchObject({ size: 8, type: 'image/png' });
  expect(Contents.sizeOf(contents)).toBe(4 + 11 + 8);
  expect(Contents.sizeOf(Contents.ofText('€'))).toBe(3);
  expect(await Contents.toModel(contents)).toEqual(model);
  expect(await Contents.toModel(Contents.ofText('ü'))).toEqual({ 'text/plain': 'ü' });
  expect(Contents.isEmpty(Contents.fromModel({}))).toBe(true);
});

it('reads all forms of the browser’s clipboard', async () => {
  const picture = blobOf('x', 'image/png');
  const forms = new Map([
    ['text/plain', blobOf('bold', 'text/plain')],
    ['text/html', blobOf('<b>bold</b>', 'text/html')],
    ['image/png', picture]
  ]);
  const item = { types: [...forms.keys()], getType: (type: string) => Promise.resolve(forms.get(type)) };
  useClipboard({ read: () => Promise.resolve([item]) });
  expect(await Contents.read()).toEqual({ text: 'bold', html: '<b>bold</b>', picture });
});

it('reads the text alone in browsers that let pages read no more', async () => {
  useClipboard({ readText: () => Promise.resolve('text') });
  expect(await Contents.read()).toEqual(Contents.ofText('text'));
});

describe('notifies', () => {
  let received: Uint8Array;
  let handled: number;
  let told: IForms[];
  let rfb: RFB;

  beforeEach(() => {
    [handled, told] = [0, []];
    const socket = {
      rQwait: (_: string, needed: number) => received.length < needed,
      rQpeekBytes: (count: number) => received.slice(0, count)
    };
    const fake = { viewOnly: false, _sock: socket, _handleServerCutText: () => ++handled > 0 };
    rfb = fake as unknown as RFB;
    followNotifies(rfb, forms => told.push(forms));
  });

  const receive = (...bytes: number[]) => {
    received = new Uint8Array([0, 0, 0, ...bytes]);
    return rfb._handleServerCutText();
  };

  it('are told with their forms, and handled by noVNC', () => {
    expect(receive(255, 255, 255, 252, 8, 0, 0, 1 | 8)).toBe(true);
    expect(told).toEqual([{ text: true, html: false, picture: true }]);
    expect(handled).toBe(1);
  });

  it('are waited for', () => {
    expect(receive(255, 255)).toBe(false);
    expect(receive(255, 255, 255, 252, 8)).toBe(false);
    expect([told, handled]).toEqual([[], 0]);
  });

  it('are no other messages', () => {
    receive(0, 0, 0, 0); // a text in Latin-1
    receive(255, 255, 255, 252, 16, 0, 0, 1); // provide
    expect([told, handled]).toEqual([[], 2]);
  });

  it('are ignored by a viewer that may only look, as noVNC ignores them', () => {
    rfb.viewOnly = true;
    receive(255, 255, 255, 252, 8, 0, 0, 8);
    expect([told, handled]).toEqual([[], 1]);
  });
});
