import { gainAt, Trackpad } from '../../../../src/viewer/touch/trackpad';
import { penButtons } from '../../../../src/viewer/touch/pen';

import type { IGesture } from '../../../../src/viewer/touch/trackpad';

let trackpad: Trackpad;
let time: number;

const finger = (clientX: number, clientY: number) => [{ clientX, clientY }];
const gesture = (type: IGesture['type']): IGesture => ({ type, clientX: 1, clientY: 1 });

/** Moves slowly, so that the pointer moves as far as the finger. */
function stroke(...points: [number, number][]): unknown[] {
  return points.map(([x, y], index) => {
    time += 1000;
    return trackpad.track(index === 0 ? 'touchstart' : 'touchmove', finger(x, y), time);
  });
}

function lift(): void {
  trackpad.track('touchend', [], (time += 10));
}

beforeEach(() => {
  time = 0;
  trackpad = new Trackpad();
  trackpad.bounds = { left: 100, top: 50, right: 500, bottom: 350 };
});

it('begins in the middle, moves as the finger does, and stays on the desktop', () => {
  expect(stroke([10, 10], [15, 10], [15, 30])).toEqual([null, { x: 305, y: 200 }, { x: 305, y: 220 }]);
  lift();
  // Lifting the finger and putting it elsewhere moves nothing.
  expect(stroke([400, 400], [401, 400])).toEqual([null, { x: 306, y: 220 }]);
  expect(stroke([0, 0], [9000, -9000])[1]).toEqual({ x: 499, y: 50 });
});

it('moves further with a faster finger', () => {
  expect([0, 0.2, 0.1, 1.5, 99].map(gainAt)).toEqual([1, 1, 1, 2.5, 2.5]);
});

it('clicks where the pointer is', () => {
  stroke([10, 10], [30, 10]);
  lift();
  stroke([10, 10]);
  lift();
  const tap = gesture('onetap');
  expect(trackpad.adapt('gesturestart', tap, time)).toBe(true);
  expect([tap.clientX, tap.clientY]).toEqual([320, 200]);
});

it('does not click after a motion that noVNC takes for a tap, nor press the right button', () => {
  for (const type of ['onetap', 'longpress'] as const) {
    stroke([10, 10], [30, 10]);
    expect(trackpad.adapt('gesturestart', gesture(type), time)).toBe(false);
    expect(trackpad.adapt('gestureend', gesture(type), time)).toBe(false);
    lift();
  }
});

it('moves the pointer only, unless a tap came before', () => {
  stroke([10, 10], [90, 10]);
  expect(trackpad.adapt('gesturestart', gesture('drag'), time)).toBe(false);
  expect(trackpad.adapt('gesturemove', gesture('drag'), time)).toBe(false);
});

it('drags with a tap before, from where the pointer was', () => {
  trackpad.track('touchstart', finger(10, 10), 0);
  trackpad.track('touchend', [], 50);
  trackpad.adapt('gesturestart', gesture('onetap'), 50);
  trackpad.adapt('gestureend', gesture('onetap'), 50);
  trackpad.track('touchstart', finger(10, 10), 200);
  // noVNC has to press the button before the pointer moves.
  expect(trackpad.track('touchmove', finger(70, 10), 1200)).toBeNull();
  const [begin, move] = [gesture('drag'), gesture('drag')];
  expect(trackpad.adapt('gesturestart', begin, 1200)).toBe(true);
  expect(trackpad.adapt('gesturemove', move, 1200)).toBe(true);
  expect([begin.clientX, begin.clientY, move.clientX, move.clientY]).toEqual([300, 200, 360, 200]);
});

it('scrolls and pinches at the pointer', () => {
  stroke([10, 10], [50, 10]);
  for (const type of ['twodrag', 'pinch', 'twotap', 'threetap'] as const) {
    const adapted = gesture(type);
    expect(trackpad.adapt('gesturestart', adapted, time)).toBe(true);
    expect([adapted.clientX, adapted.clientY]).toEqual([340, 200]);
  }
});

it('begins anew after the mode has changed', () => {
  stroke([10, 10], [50, 10]);
  trackpad.reset();
  expect(stroke([10, 10], [11, 10])).toEqual([null, null]);
});

it('gives a pen’s tip the left button, and its barrel the right one', () => {
  expect([0, 1, 2, 3, 32].map(penButtons)).toEqual([0, 1, 4, 4, 1]);
});
