import { VideoSurface } from '../../../../src/viewer/video/videosurface';

const WHOLE = { x: 0, y: 0, w: 8, h: 8 };

/** A frame that the decoder gave a timestamp in microseconds. */
class Frame {
  constructor(readonly timestamp: number) {}

  readonly displayWidth = 8;
  readonly displayHeight = 8;

  clone(): Frame {
    return new Frame(this.timestamp);
  }
}

/** The frames that were written to the track. */
let written: Frame[];

/** Let the video present a frame: its media time is the frame's timestamp in seconds. */
let callback: (mediaTime: number) => void;

let surface: VideoSurface;
let presented: number[];

beforeEach(() => {
  written = [];
  const write = (frame: Frame) => Promise.resolve(void written.push(frame));
  const track = { writable: { getWriter: () => ({ write }) }, stop: () => undefined };
  const methods = {
    play: () => Promise.resolve(),
    requestVideoFrameCallback: (next: (now: number, metadata: { mediaTime: number }) => void) => {
      callback = mediaTime => next(0, { mediaTime });
    }
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(HTMLVideoElement.prototype, name, { value, configurable: true });
  }
  Object.assign(window, { MediaStreamTrackGenerator: jest.fn(() => track), MediaStream: jest.fn(() => ({})) });
  const host = document.createElement('div');
  const canvas = document.createElement('canvas');
  host.append(canvas);
  surface = new VideoSurface(canvas);
  presented = [];
  surface.presented.connect((_, number) => void presented.push(number));
});

afterEach(() => {
  surface.dispose();
  for (const name of ['MediaStreamTrackGenerator', 'MediaStream']) {
    Reflect.deleteProperty(window, name);
  }
  for (const name of ['play', 'requestVideoFrameCallback']) {
    Reflect.deleteProperty(HTMLVideoElement.prototype, name);
  }
});

function present(timestamp: number, number: number): void {
  surface.present(new Frame(timestamp) as unknown as VideoFrame, number, WHOLE);
}

it('tells which frame is presented by the timestamp that the decoder gave it', () => {
  present(15_623_500, 1);
  present(15_636_700, 2);
  present(15_664_000, 3);
  callback(15.6235);
  expect(presented).toEqual([1]);
  callback(15.664);
  expect(presented).toEqual([1, 3]);
});

it('tells nothing of a frame that was presented before', () => {
  present(15_623_500, 1);
  callback(15.6235);
  present(15_636_700, 2);
  callback(15.6235);
  expect(presented).toEqual([1]);
});

it('hands a copy to the video with the same timestamp, for Chromium may ignore another one', () => {
  present(15_623_500, 7);
  expect(written.map(({ timestamp }) => timestamp)).toEqual([15_623_500]);
});

it('counts frames with the same timestamp as presented together', () => {
  present(15_623_500, 1);
  present(15_623_500, 2);
  callback(15.6235);
  expect(presented).toEqual([2]);
});
