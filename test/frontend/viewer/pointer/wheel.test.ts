import { Wheel } from '../../../../src/viewer/pointer/wheel';

import type { IKey } from '../../../../src/viewer/keyboard/combination';
import type { RfbClient } from '../../../../src/viewer/rfb';

let canvas: HTMLCanvasElement;
let seen: string[];
let isAllowed: boolean;
let wheel: Wheel;

function turn(init: WheelEventInit): WheelEvent {
  const event = new WheelEvent('wheel', { bubbles: true, cancelable: true, ...init });
  canvas.dispatchEvent(event);
  return event;
}

function key(type: 'keydown' | 'keyup'): void {
  canvas.dispatchEvent(new KeyboardEvent(type, { key: 'Control', code: 'ControlLeft' }));
}

beforeEach(() => {
  [seen, isAllowed] = [[], true];
  const target = document.createElement('div');
  canvas = document.createElement('canvas');
  target.append(canvas);
  const client = {
    canvas,
    pressKey: ({ code }: IKey, down: boolean) => seen.push(`${code} ${down ? 'down' : 'up'}`)
  } as unknown as RfbClient;
  wheel = new Wheel({ target, client: () => client, isAllowed: () => isAllowed, speed: () => 1 });
  // As noVNC's listener.
  canvas.addEventListener('wheel', event => seen.push(`${event.deltaX} ${event.deltaY}`));
});

afterEach(() => wheel.dispose());

it('gives noVNC an event for each step, and the browser none', () => {
  expect(turn({ deltaY: 240 }).defaultPrevented).toBe(true);
  turn({ deltaX: -100 });
  turn({ deltaY: 10 });
  expect(seen).toEqual(['0 50', '0 50', '-50 0']);
});

it('holds Ctrl around a pinch, and not if it is down on the desktop', () => {
  turn({ deltaY: -100, ctrlKey: true });
  expect(seen.splice(0)).toEqual(['ControlLeft down', '0 -50', 'ControlLeft up']);
  key('keydown');
  turn({ deltaY: -100, ctrlKey: true });
  expect(seen.splice(0)).toEqual(['0 -50']);
  key('keyup');
  turn({ deltaY: -100, ctrlKey: true });
  expect(seen).toHaveLength(3);
});

it('leaves the wheel to the page if the pointer may not be moved', () => {
  isAllowed = false;
  expect(turn({ deltaY: 100 }).defaultPrevented).toBe(false);
  expect(seen).toEqual(['0 100']);
});
