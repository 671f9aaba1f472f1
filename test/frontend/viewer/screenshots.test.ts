import { english } from '../fakes/translation';
import { DesktopError } from '../../../src/services/restapi';
import { AreaMarker } from '../../../src/viewer/screenshots/areamarker';
import { ScreenshotPanel } from '../../../src/viewer/screenshots/panel';
import { downloadPicture } from '../../../src/viewer/screenshots/picture';
import { FakeAPI } from '../fakes/api';

import type { IDesktopArea, IDesktopWindow } from '../../../src/tokens';
import type { IInsertion } from '../../../src/viewer/screenshots/panel';

const WINDOW: IDesktopWindow = {
  ...{ id: 7, title: 'Editor', application: 'Mousepad' },
  ...{ width: 300, height: 200, active: true, minimized: false }
};

let api: FakeAPI;

beforeEach(() => {
  api = new FakeAPI();
  URL.createObjectURL = jest.fn(() => 'blob:picture');
  URL.revokeObjectURL = jest.fn();
});

const settled = () => new Promise(resolve => setTimeout(resolve));

describe('the dialog', () => {
  let panel: ScreenshotPanel;
  let done: string[];

  async function open(insertion: IInsertion | null = null, area?: IDesktopArea): Promise<void> {
    panel = new ScreenshotPanel({ api, name: 'lab', trans: english, insertion, area });
    done = [];
    panel.done.connect((_, message) => void done.push(message));
    await settled();
  }

  const button = (label: string) =>
    [...panel.node.querySelectorAll('button')].find(({ textContent }) => textContent === label)!;
  const select = () => panel.node.querySelector('select')!;
  const problem = () => panel.node.querySelector('[role=alert]')!.textContent;

  async function choose(value: string): Promise<void> {
    select().value = value;
    select().dispatchEvent(new Event('change'));
    await settled();
  }

  afterEach(() => panel.dispose());

  it('takes the desktop, windows and the marked area', async () => {
    api.windowsShown = [WINDOW, { ...WINDOW, id: 8, title: '', minimized: true }];
    const area = { x: 1, y: 2, width: 3, height: 4 };
    await open(null, area);
    const options = [...select().options].map(({ label, disabled }) => [label, disabled]);
    expect(options).toEqual([
      ['the whole desktop', false],
      ['an area to mark…', false],
      ['the marked area', false],
      ['Editor', false],
      ['Mousepad (minimized)', true]
    ]);
    await choose('7');
    await choose('desktop');
    expect(api.subjects).toEqual([{ area }, { window: 7 }, {}]);
    expect(done).toEqual([]);
    await choose('mark');
    expect([done, panel.wantsArea]).toEqual([[''], true]);
  });

  it('says why there is no picture, and has nothing to copy then', async () => {
    api.error = new DesktopError({ status: 409, code: 'window-minimized', message: 'The window is minimized.' });
    await open();
    expect(problem()).toBe('No screenshot was taken: The window is minimized.');
    expect(button('Download').disabled).toBe(true);
    api.error = new DesktopError({ status: 0, message: 'no network' });
    await choose('desktop');
    expect(problem()).toBe('The Jupyter server does not respond.');
    api.error = null;
    await choose('desktop');
    expect([problem(), button('Download').disabled]).toEqual(['', false]);
  });

  it('copies, if the browser can, and says if it may not', async () => {
    await open();
    expect(button('Copy').disabled).toBe(true);
    expect(button('Copy').title).toContain('https');
    panel.dispose();
    const write = jest.fn().mockRejectedValueOnce(new Error('Not allowed')).mockResolvedValue(undefined);
    Object.defineProperty(navigator, 'clipboard', { value: { write }, configurable: true });
    Object.assign(window, { ClipboardItem: class {} });
    await open();
    button('Copy').click();
    await settled();
    expect([problem(), done]).toEqual(['Not allowed', []]);
    button('Copy').click();
    await settled();
    expect(done).toEqual(['The screenshot was copied.']);
    Object.defineProperty(navigator, 'clipboard', { value: {}, configurable: true });
  });

  it('inserts the picture into what takes it', async () => {
    const insert = jest.fn().mockResolvedValue(undefined);
    await open({ label: 'Insert into Notes.ipynb', insert });
    button('Insert into Notes.ipynb').click();
    await settled();
    expect(insert).toHaveBeenCalledWith(expect.any(Blob));
    expect(done).toEqual(['']);
  });

  it('downloads under the name of the desktop and the time', () => {
    let name = '';
    const click = jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement
    ) {
      name = this.download;
    });
    jest.useFakeTimers();
    downloadPicture(new Blob(), 'lab', new Date(2030, 0, 2, 3, 4, 5));
    jest.runAllTimers();
    jest.useRealTimers();
    expect(name).toBe('lab 2030-01-02 03.04.05.png');
    expect(URL.revokeObjectURL).toHaveBeenCalled();
    click.mockRestore();
  });
});

describe('the marker', () => {
  let marked: Promise<IDesktopArea | null>;
  let node: HTMLElement;

  beforeEach(() => {
    // A canvas of 800x600 at half its size, of a monitor whose left neighbour has 1000 pixels.
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 600 });
    canvas.getBoundingClientRect = () => new DOMRect(10, 20, 400, 300);
    const origin = () => ({ x: 1000, y: 0 });
    const marker = new AreaMarker({ parent: document.body, trans: english, canvas: () => canvas, origin });
    node = marker.node;
    node.setPointerCapture = jest.fn();
    marked = marker.mark();
  });

  function point(type: string, clientX: number, clientY: number): void {
    node.dispatchEvent(new MouseEvent(type, { button: 0, clientX, clientY }));
  }

  function press(key: string, modifiers: KeyboardEventInit = {}): void {
    node.dispatchEvent(new KeyboardEvent('keydown', { key, ...modifiers }));
  }

  it('takes what the pointer is dragged over, from any corner, within the picture', async () => {
    point('pointerdown', 110, 120);
    point('pointermove', 100, 100);
    point('pointerup', -50, 70);
    expect(await marked).toEqual({ x: 1000, y: 100, width: 200, height: 100 });
    expect(node.isConnected).toBe(false);
  });

  it('takes no click for an area', async () => {
    point('pointerdown', 110, 120);
    point('pointerup', 111, 120);
    expect(node.isConnected).toBe(true);
    press('Escape');
    expect(await marked).toBeNull();
  });

  it('is moved and resized by keys', async () => {
    expect(document.activeElement).toBe(node);
    press('ArrowLeft');
    press('ArrowRight');
    press('ArrowUp', { altKey: true });
    press('ArrowRight', { shiftKey: true });
    press('ArrowDown', { shiftKey: true, altKey: true });
    press('Enter');
    expect(await marked).toEqual({ x: 1210, y: 149, width: 410, height: 301 });
  });
});
