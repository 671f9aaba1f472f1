import { english } from '../../../src/page/english';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type * as Quality from '../../../src/viewer/quality';

/** What the browser's decoder does with a picture: shows it (at `release`), fails, or swallows it. */
type Answer = 'shows' | 'shows later' | 'fails' | 'swallows';

/** A decoder as WebCodecs has it, as far as it is used here. */
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
      if (answer === 'shows') {
        show();
      } else if (answer === 'shows later') {
        release = show;
      } else if (answer === 'fails') {
        this.state = 'closed';
        this._callbacks.error(new DOMException('no'));
      }
    }

    flush(): Promise<void> {
      if (answer === 'shows later') {
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

const own = modelOf({ backend: 'stream' });
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

it('asks for halved colours until the browser has shown that it decodes all of them', async () => {
  browser(true, 'shows');
  expect(quality.qualityFor(quality.UNCHOSEN, own)).toEqual({ qualityLevel: 6, compressionLevel: 2 });
  expect(await quality.checkFullColour()).toBe(true);
  expect(quality.qualityFor(quality.UNCHOSEN, own)).toEqual({ qualityLevel: 8, compressionLevel: 2 });
  expect(opened).toMatchObject([{ state: 'closed', closed: 1 }]);
});

it.each([
  ['a browser that says it does not', false, 'shows'],
  ['a decoder that fails', true, 'fails'],
  ['a decoder that shows nothing', true, 'swallows']
] as const)('keeps asking for halved colours with %s', async (_, supported, answer) => {
  browser(supported, answer);
  expect(await quality.checkFullColour()).toBe(false);
  expect(quality.decodesFullColour()).toBe(false);
  expect(quality.qualityFor(quality.UNCHOSEN, own).qualityLevel).toBe(6);
  expect(opened.every(({ state }) => state === 'closed')).toBe(true);
});

it('keeps asking for halved colours without WebCodecs', async () => {
  expect(await quality.checkFullColour()).toBe(false);
});

it('tries the decoder once', async () => {
  browser(true, 'shows');
  await Promise.all([quality.checkFullColour(), quality.checkFullColour()]);
  await quality.checkFullColour();
  expect(opened).toHaveLength(1);
});

it('asks servers that would only make larger JPEGs of it for no more', async () => {
  browser(true, 'shows');
  await quality.checkFullColour();
  expect(quality.qualityFor(quality.UNCHOSEN, modelOf({ backend: 'tigervnc' })).qualityLevel).toBe(6);
  expect(quality.qualityFor(quality.UNCHOSEN, null).qualityLevel).toBe(6);
});

it.each([0, 6, 9])('asks for level %s where a person chose that', async qualityLevel => {
  browser(true, 'shows');
  await quality.checkFullColour();
  const chosen = { qualityLevel, compressionLevel: 9 };
  expect(quality.qualityFor(chosen, own)).toEqual(chosen);
});

it('asks for more in a picture that is shown already', async () => {
  performance.mark = jest.fn();
  browser(true, 'shows later');
  const { DesktopScreen } = await import('../../../src/viewer/screen');
  const { DesktopSession } = await import('../../../src/services/connection');
  const { default: FakeRFB } = await import('../fakes/rfb');
  const api = new FakeAPI();
  api.set({ backend: 'stream' });
  const { prepare } = DesktopScreen;
  const session = new DesktopSession({ name: 'default', api, prepare, openSocket: url => FakeSocket.open(url) });
  const node = document.createElement('div');
  const screen = new DesktopScreen({ session, node, trans: english });
  session.attach();
  await new Promise(done => setTimeout(done));
  FakeRFB.last.connect();
  FakeRFB.last.paint();
  expect(node.classList).toContain('jp-mod-live');
  expect(FakeRFB.last.qualityLevel).toBe(6);
  release();
  await new Promise(done => setTimeout(done));
  expect(FakeRFB.last.qualityLevel).toBe(8);
  screen.dispose();
  session.dispose();
});
