import { FineDrag } from '../../../../src/viewer/touch/finedrag';

let drag: FineDrag;

const finger = (clientX: number, clientY = 10) => ({ clientX, clientY });
const steps = (type: string, ...touches: ReturnType<typeof finger>[]) =>
  drag.track(type, touches).map(({ type: step, x, y }) => `${step.slice(7)} ${x} ${y}`);

beforeEach(() => {
  drag = new FineDrag();
});

it('drags from where the finger was put', () => {
  expect(steps('touchstart', finger(10))).toEqual([]);
  expect(steps('touchmove', finger(20))).toEqual([]);
  expect(drag.hasBegun).toBe(false);
  expect(steps('touchmove', finger(30))).toEqual(['start 10 10', 'move 30 10']);
  expect(steps('touchmove', finger(31))).toEqual(['move 31 10']);
  expect(steps('touchend')).toEqual(['end 31 10']);
  // noVNC takes it for a tap afterwards.
  expect(drag.hasBegun).toBe(true);
  expect(steps('touchstart', finger(10))).toEqual([]);
  expect(drag.hasBegun).toBe(false);
  expect(steps('touchend')).toEqual([]);
});

it('leaves two fingers to noVNC', () => {
  steps('touchstart', finger(10));
  steps('touchstart', finger(10), finger(60));
  expect(steps('touchmove', finger(60), finger(110))).toEqual([]);
  expect(steps('touchend', finger(60))).toEqual([]);
  expect(steps('touchmove', finger(99))).toEqual([]);
  expect(drag.hasBegun).toBe(false);
});

it('ends with a second finger, which does nothing then', () => {
  steps('touchstart', finger(10));
  steps('touchmove', finger(30));
  expect(steps('touchstart', finger(30), finger(60))).toEqual(['end 30 10']);
  expect(steps('touchmove', finger(90), finger(160))).toEqual([]);
  expect(drag.hasBegun).toBe(true);
});

it('does not drag after a long press', () => {
  steps('touchstart', finger(10));
  drag.yield();
  expect(steps('touchmove', finger(90))).toEqual([]);
  expect(drag.hasBegun).toBe(false);
});
