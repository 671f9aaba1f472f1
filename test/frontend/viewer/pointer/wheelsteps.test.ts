import { stepsOf, WheelSteps } from '../../../../src/viewer/pointer/wheelsteps';

const [PIXEL, LINE, PAGE] = [0, 1, 2];

describe('the steps of a wheel', () => {
  it.each([
    ['a notch in Chromium on Linux', 120, PIXEL, -120, 1],
    ['a notch in Chromium on Windows', -100, PIXEL, 120, -1],
    ['a notch with the browser’s zoom at 150 %', 80, PIXEL, -120, 1],
    ['three notches at once', 360, PIXEL, -360, 3],
    ['a notch in Firefox', 3, LINE, undefined, 1],
    ['a page', -1, PAGE, undefined, -25],
    ['a trackpad’s smallest motion', 1, PIXEL, -3, 0.02],
    ['a trackpad whose units look like a notch’s', 40, PIXEL, -120, 0.8],
    ['an event whose units say nothing but its direction', 10, PIXEL, -120, 0.2],
    ['a smooth wheel without units', 25, PIXEL, undefined, 0.5],
    ['a line of a smooth wheel', 1, LINE, undefined, 0.34],
    ['nothing', 0, PIXEL, 0, 0]
  ])('%s', (_, delta, mode, units, steps) => {
    expect(stepsOf({ delta, mode, units })).toBeCloseTo(steps, 10);
  });
});

describe('the sum of steps', () => {
  const sum = (steps: number[]) => {
    const wheel = new WheelSteps();
    return steps.map(each => wheel.add(each) + 0);
  };

  it('loses nothing of small distances', () => {
    expect(sum(Array<number>(10).fill(0.1))).toEqual([...Array<number>(9).fill(0), 1]);
    expect(sum([0.7, 0.7, 0.7]).reduce((a, b) => a + b)).toBe(2);
  });

  it('drops what is left when the direction changes', () => {
    expect(sum([0.9, -0.5, -0.5])).toEqual([0, 0, -1]);
    expect(sum([0.9, 0, 0.1])).toEqual([0, 0, 1]);
  });

  it('has a limit, and ignores what is no number', () => {
    expect(sum([1e9, NaN, Infinity, 1])).toEqual([25, 0, 0, 1]);
  });
});
