import { english } from '../../fakes/translation';
import { KeyRow } from '../../../../src/viewer/touch/keyrow';
import { StickyModifiers } from '../../../../src/viewer/touch/stickymodifiers';

import type { IKey } from '../../../../src/viewer/keyboard/combination';
import type { RfbClient } from '../../../../src/viewer/rfb';

let sent: string[];
let raised: boolean[];
let target: HTMLElement;
let canvas: HTMLCanvasElement;
let modifiers: StickyModifiers;
let row: KeyRow;

const button = (label: string) => row.node.querySelector<HTMLElement>(`[aria-label="${label}"]`)!;
const pressed = () => ['Ctrl', 'Alt'].map(label => button(label).getAttribute('aria-pressed'));

beforeEach(() => {
  [sent, raised] = [[], []];
  target = document.createElement('div');
  canvas = document.createElement('canvas');
  target.append(canvas);
  const client = {
    canvas,
    pressKey: ({ code }: IKey, down: boolean) => sent.push(`${code} ${down ? 'down' : 'up'}`),
    sendKeys: ([{ code }]: IKey[]) => sent.push(code),
    type: (text: string) => sent.push(`“${text}”`)
  } as unknown as RfbClient;
  modifiers = new StickyModifiers({ target, client: () => client });
  row = new KeyRow({ trans: english, modifiers, raise: value => raised.push(value) });
  document.body.append(row.node);
  row.isShown = true;
});

afterEach(() => {
  row.dispose();
  modifiers.dispose();
});

it('opens with the keyboard, and has names and states', () => {
  const toggle = button('Keyboard');
  expect(toggle.getAttribute('aria-expanded')).toBe('false');
  toggle.click();
  expect(toggle.getAttribute('aria-expanded')).toBe('true');
  expect([...row.node.querySelectorAll('[role=toolbar] button')].map(each => each.getAttribute('aria-label'))).toEqual([
    'Esc',
    'Tab',
    'Ctrl',
    'Alt',
    'Left',
    'Up',
    'Down',
    'Right'
  ]);
  toggle.click();
  expect(raised).toEqual([true, false]);
});

it('does not take the focus from the text field', () => {
  const press = new MouseEvent('mousedown', { bubbles: true, cancelable: true });
  button('Esc').dispatchEvent(press);
  expect(press.defaultPrevented).toBe(true);
});

it('sends keys', () => {
  for (const label of ['Esc', 'Tab', 'Left', 'Up', 'Down', 'Right']) {
    button(label).click();
  }
  expect(sent).toEqual(['Escape', 'Tab', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight']);
});

it('applies a modifier to the next key only', () => {
  button('Ctrl').click();
  expect(pressed()).toEqual(['true', 'false']);
  expect(button('Ctrl').dataset.state).toBe('once');
  modifiers.type('ca');
  expect(sent).toEqual(['ControlLeft down', '“c”', 'ControlLeft up', '“a”']);
  expect(pressed()).toEqual(['false', 'false']);
});

it('holds a modifier after a second tap, until a third one', () => {
  button('Alt').click();
  button('Alt').click();
  expect(button('Alt').dataset.state).toBe('held');
  button('Tab').click();
  button('Tab').click();
  button('Alt').click();
  expect(sent).toEqual(['AltLeft down', 'Tab', 'Tab', 'AltLeft up']);
  expect(pressed()).toEqual(['false', 'false']);
});

it('combines modifiers', () => {
  button('Ctrl').click();
  button('Alt').click();
  button('Left').click();
  expect(sent.join(' ')).toBe('ControlLeft down AltLeft down ArrowLeft ControlLeft up AltLeft up');
});

it('applies them to the keys of a real keyboard', async () => {
  button('Ctrl').click();
  canvas.addEventListener('keydown', () => sent.push('key down'));
  canvas.addEventListener('keyup', () => sent.push('key up'));
  canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift' }));
  canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'x' }));
  canvas.dispatchEvent(new KeyboardEvent('keyup', { key: 'x' }));
  await Promise.resolve();
  expect(sent).toEqual(['key down', 'ControlLeft down', 'key down', 'key up', 'ControlLeft up']);
  expect(pressed()).toEqual(['false', 'false']);
});

it('leaves nothing pressed when it closes, and sends nothing for a connection that is gone', () => {
  row.isOpen = true;
  button('Ctrl').click();
  button('Ctrl').click();
  row.isOpen = false;
  expect(sent).toEqual(['ControlLeft down', 'ControlLeft up']);
  button('Alt').click();
  button('Alt').click();
  sent = [];
  modifiers.forget();
  expect(sent).toEqual([]);
  expect(pressed()).toEqual(['false', 'false']);
});
