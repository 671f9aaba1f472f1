import { setTimeout as setTimeoutOfNode } from 'node:timers';
import FakeRFB from './rfb';
import { english } from './translation';
import { DesktopConnection } from '../../../src/services/connection';
import { Contents } from '../../../src/viewer/clipboardcontents';
import { DesktopViewer } from '../../../src/viewer/desktopviewer';
import { FakeAPI } from './api';
import { FakeSocket } from './socket';

/** The extended clipboard's formats. */
export const [TEXT, HTML, PICTURE] = [1, 4, 8];

/** The first bytes of a PNG, in base64. */
export const PNG = 'iVBORw0KGgo=';

const CTRL_V = { code: 'KeyV', key: 'v', ctrlKey: true };

class FakeItem {
  constructor(readonly forms: Record<string, Promise<Blob>>) {}
}

/** A connected panel that has the focus, with a clipboard of the browser that takes all forms. */
export class ClipboardPanel {
  private constructor() {
    const { clipboard } = this;
    clipboard.readText.mockImplementation(() => Promise.resolve(''));
    clipboard.writeText.mockImplementation((text: string) => Promise.resolve(this._write({ 'text/plain': text })));
    clipboard.write.mockImplementation(async ([item]: FakeItem[]) => {
      const forms = Object.entries(item.forms).map(async ([type, blob]) => [type, String((await blob).size)]);
      this._write(Object.fromEntries(await Promise.all(forms)) as Record<string, string>);
    });
    Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
    const permissions = { query: () => Promise.resolve({ state: 'prompt' }) };
    Object.defineProperty(navigator, 'permissions', { value: permissions, configurable: true });
    Object.assign(globalThis, { ClipboardItem: FakeItem });
    jest
      .spyOn(Contents, 'fingerprint')
      .mockImplementation(blob => Promise.resolve((blob as { pixels?: string }).pixels ?? 'desktop'));
    performance.mark = jest.fn();
    this.api.set();
    this.api.nextTicket = { ticket: 'x', connection: 'c1' };
    this.node.tabIndex = -1;
    document.body.append(this.node);
  }

  /** Open one; noVNC must be loaded. */
  static async open(): Promise<ClipboardPanel> {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask'] });
    const panel = new ClipboardPanel();
    await panel.connect();
    return panel;
  }

  /** Connect, with a new viewer if there is one. */
  async connect(): Promise<void> {
    this._viewer?.dispose();
    this._connection?.dispose();
    const { api, node } = this;
    this._connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
    this._viewer = new DesktopViewer({ connection: this._connection, node, trans: english });
    this._connection.start();
    await this.pass();
    FakeRFB.last.connect();
    FakeRFB.last.paint();
    this.focus();
    FakeRFB.last.canvas.addEventListener('keydown', event => this.seen.push(event.key));
  }

  dispose(): void {
    this._viewer?.dispose();
    this._connection?.dispose();
    this.node.remove();
    jest.useRealTimers();
    jest.restoreAllMocks();
  }

  focus(): void {
    this._viewer!.focus();
  }

  blur(): void {
    this._field.blur();
  }

  async pass(milliseconds = 0): Promise<void> {
    await jest.advanceTimersByTimeAsync(milliseconds);
  }

  /** Wait for blobs, too, which jsdom reads in its own time. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await this.pass(1);
      await new Promise(resolve => setTimeoutOfNode(resolve, 5));
    }
  }

  press(type: string, init: KeyboardEventInit): void {
    this._field.dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
  }

  /** Press a key that pastes, with its paste event, and another key. */
  paste(data: Record<string, string>, file?: File): void {
    this.press('keydown', CTRL_V);
    const items = file === undefined ? [] : [{ kind: 'file', type: file.type, getAsFile: () => file }];
    const types = [...Object.keys(data), ...(file === undefined ? [] : ['Files'])];
    const clipboardData = { types, items, getData: (type: string) => data[type] ?? '' };
    const event = Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData });
    this._field.dispatchEvent(event);
    this.press('keyup', CTRL_V);
    this.press('keydown', { code: 'KeyA', key: 'a' });
  }

  /** Receive a text that was copied on the desktop. */
  copied(text: string): void {
    FakeRFB.last.dispatchEvent(new CustomEvent('clipboard', { detail: { text } }));
  }

  /** Return the keys that the desktop has got since the last call. */
  keys(): string {
    return this.seen.splice(0).join(' ');
  }

  get notice(): string {
    const notice = this.node.querySelector<HTMLElement>('.jp-Desktop-notice')!;
    return notice.hidden ? '' : notice.textContent;
  }

  /** The requests that put something on the desktop's clipboard, or get it. */
  get sent(): string[] {
    return this.api.calls.filter(call => call.startsWith('write'));
  }
  get fetched(): string[] {
    return this.api.calls.filter(call => call.startsWith('read'));
  }

  readonly api = new FakeAPI();
  readonly node = document.createElement('div');
  readonly clipboard = { readText: jest.fn(), writeText: jest.fn(), write: jest.fn() };
  /** What the page has written: the text, or the sizes of the forms by type. */
  readonly written: Record<string, string>[] = [];
  readonly seen: string[] = [];

  private _write(forms: Record<string, string>): void {
    this.written.push(forms);
  }

  private get _field(): HTMLTextAreaElement {
    return this.node.querySelector('textarea')!;
  }

  private _connection: DesktopConnection | null = null;
  private _viewer: DesktopViewer | null = null;
}

/** A PNG that browsers would show with these pixels. */
export function picture(pixels: string): File {
  const file = new File([Buffer.from(PNG, 'base64'), pixels], 'image.png', { type: 'image/png' });
  return Object.assign(file, { pixels });
}
