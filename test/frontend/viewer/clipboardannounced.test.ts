import { ClipboardBridge } from '../../../src/viewer/clipboard';

/** What WebKit's clipboard takes: a promise. */
class Item {
  constructor(readonly data: Record<string, Promise<Blob>>) {}
}

const failed = jest.fn();
const done = jest.fn();
const written: number[] = [];
const clipboard = {
  write: jest.fn(async ([item]: Item[]) => void written.push((await item.data['text/plain']).size)),
  writeText: jest.fn(() => Promise.reject(new Error('not now')))
};
let bridge: ClipboardBridge;

async function pass(milliseconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

beforeEach(() => {
  jest.useFakeTimers();
  jest.clearAllMocks();
  written.length = 0;
  Object.assign(window, { ClipboardItem: Item });
  Object.defineProperty(navigator, 'vendor', { value: 'Apple Computer, Inc.', configurable: true });
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  const channel = { isUsable: false, read: jest.fn(), write: jest.fn() };
  bridge = new ClipboardBridge({ hasFocus: () => true, allows: () => true, send: jest.fn(), channel, failed, done });
});

afterEach(() => {
  bridge.dispose();
  jest.useRealTimers();
});

it('announces a text at the key that copies, and hands it over when it has come', async () => {
  bridge.copies();
  expect(clipboard.write).toHaveBeenCalled();
  await bridge.offer();
  await bridge.receive('from there');
  await pass(1);
  expect(written).toEqual(['from there'.length]);
  expect(bridge.isWaiting).toBe(false);
  expect(clipboard.writeText).not.toHaveBeenCalled();
  expect(done).toHaveBeenCalledWith(['write']);
  expect(failed).not.toHaveBeenCalled();
});

it('says nothing if the key has copied nothing', async () => {
  bridge.copies();
  await pass(10_000);
  expect(written).toEqual([]);
  expect(failed).not.toHaveBeenCalled();
});

it('keeps a text that the browser does not accept for the next click or key, and says so', async () => {
  await bridge.receive('with a menu');
  expect(failed).toHaveBeenCalledWith('write', false);
  expect(bridge.isWaiting).toBe(true);
});
