import { english } from '../fakes/translation';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type * as Quality from '../../../src/viewer/quality';

/** How the browser's decoder reacts to a frame: outputs it (when `release` is called), fails, or drops it. */
type Answer = 'outputs' | 'outputs later' | 'fails' | 'drops';

/** The members of WebCodecs' decoder that the viewer uses. */
function fakeDecoder(supported: boolean, answer: Answer) {
  return class FakeDecoder {
    static isConfigSupported = jest.fn(() => Promise.resolve({ supported }));

    constructor(private readonly _callbacks: VideoDecoderInit) {
      opened.push(this);
    }

    state = 'unconfigured';
    closed = 0;

    configure(): void {
      this.state = 'configured';
    }

    decode(): void {
      const show = () => this._callbacks.output({ close: () => undefined } as VideoFrame);
      if (answer === 'outputs') {
        show();
      } else if (answer === 'outputs later') {
        release = show;
      } else if (answer === 'fails') {
        this.state = 'closed';
        this._callbacks.error(new DOMException('no'));
      }
    }

    flush(): Promise<void> {
      if (answer === 'outputs later') {
        return new Promise(() => undefined);
      }
      return answer === 'fails' ? Promise.reject(new DOMException('no')) : Promise.resolve();
    }

    close(): void {
      this.state = 'closed';
      this.closed++;
    }
  };
}

const model = modelOf({ full_chroma: true });
let opened: { state: string; closed: number }[] = [];
let quality: typeof Quality;
let release: () => void;

function browser(supported: boolean, answer: Answer): void {
  Object.assign(window, {
    VideoDecoder: fakeDecoder(supported, answer),
    EncodedVideoChunk: class {}
  });
}

beforeEach(async () => {
  opened = [];
  jest.resetModules();
  quality = await import('../../../src/viewer/quality');
});

afterEach(() => {
  for (const name of ['VideoDecoder', 'EncodedVideoChunk']) {
    Reflect.deleteProperty(window, name);
  }
});

it('requests subsampled chroma until the browser has decoded full chroma', async () => {
  browser(true, 'outputs');
  expect(quality.qualityFor(quality.AUTOMATIC_QUALITY, model)).toEqual({ qualityLevel: 6, compressionLevel: 2 });
  expect(await quality.detectFullChroma()).toBe(true);
  expect(quality.qualityFor(quality.AUTOMATIC_QUALITY, model)).toEqual({ qualityLevel: 8, compressionLevel: 2 });
  expect(opened).toMatchObject([{ state: 'closed', closed: 1 }]);
});

it.each([
  ['a browser that reports no support', false, 'outputs'],
  ['a decoder that fails', true, 'fails'],
  ['a decoder without output', true, 'drops']
] as const)('requests subsampled chroma with %s', async (_, supported, answer) => {
  browser(supported, answer);
  expect(await quality.detectFullChroma()).toBe(false);
  expect(quality.decodesFullChroma()).toBe(false);
  expect(quality.decodesH264()).toBe(supported);
  expect(quality.qualityFor(quality.AUTOMATIC_QUALITY, model).qualityLevel).toBe(6);
  expect(opened.every(({ state }) => state === 'closed')).toBe(true);
});

it('requests subsampled chroma without WebCodecs', async () => {
  expect(await quality.detectFullChroma()).toBe(false);
});

it('tests the decoder only once', async () => {
  browser(true, 'outputs');
  await Promise.all([quality.detectFullChroma(), quality.detectFullChroma()]);
  await quality.detectFullChroma();
  expect(opened).toHaveLength(1);
});

it('requests the default level from servers without full chroma', async () => {
  browser(true, 'outputs');
  await quality.detectFullChroma();
  expect(quality.qualityFor(quality.AUTOMATIC_QUALITY, modelOf({ full_chroma: false })).qualityLevel).toBe(6);
  expect(quality.qualityFor(quality.AUTOMATIC_QUALITY, modelOf()).qualityLevel).toBe(6);
  expect(quality.qualityFor(quality.AUTOMATIC_QUALITY, null).qualityLevel).toBe(6);
});

it.each([0, 6, 9])('requests level %s if the user has chosen it', async qualityLevel => {
  browser(true, 'outputs');
  await quality.detectFullChroma();
  const chosen = { qualityLevel, compressionLevel: 9 };
  expect(quality.qualityFor(chosen, model)).toEqual(chosen);
});

it('raises the level of a desktop that is already shown', async () => {
  performance.mark = jest.fn();
  browser(true, 'outputs later');
  const { DesktopViewer } = await import('../../../src/viewer/desktopviewer');
  const { DesktopConnection } = await import('../../../src/services/connection');
  const { default: FakeRFB } = await import('../fakes/rfb');
  const api = new FakeAPI();
  api.set({ full_chroma: true });
  const { prepare } = DesktopViewer;
  const connection = new DesktopConnection({ name: 'default', api, prepare, openSocket: url => FakeSocket.open(url) });
  const node = document.createElement('div');
  const viewer = new DesktopViewer({ connection, node, trans: english });
  connection.attach();
  await new Promise(done => setTimeout(done));
  FakeRFB.last.connect();
  FakeRFB.last.paint();
  expect(node.classList).toContain('jp-mod-live');
  expect(FakeRFB.last.qualityLevel).toBe(6);
  release();
  await new Promise(done => setTimeout(done));
  expect(FakeRFB.last.qualityLevel).toBe(8);
  viewer.dispose();
  connection.dispose();
});
