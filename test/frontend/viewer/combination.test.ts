import { FUNCTION_KEYS, parseCombination, USUAL_COMBINATIONS } from '../../../src/viewer/keyboard/combination';

const CTRL = { keysym: 0xffe3, code: 'ControlLeft' };
const SHIFT = { keysym: 0xffe1, code: 'ShiftLeft' };
const ALT = { keysym: 0xffe9, code: 'AltLeft' };

it.each([
  ['Ctrl+W', [CTRL, { keysym: 0x77, code: '' }]],
  ['ctrl + w', [CTRL, { keysym: 0x77, code: '' }]],
  ['Ctrl+Shift+T', [CTRL, SHIFT, { keysym: 0x54, code: '' }]],
  ['Ctrl+Alt+F2', [CTRL, ALT, { keysym: 0xffbf, code: 'F2' }]],
  ['Alt+Tab', [ALT, { keysym: 0xff09, code: 'Tab' }]],
  ['Super', [{ keysym: 0xffeb, code: 'MetaLeft' }]],
  ['Print', [{ keysym: 0xff61, code: 'PrintScreen' }]],
  ['F12', [{ keysym: 0xffc9, code: 'F12' }]],
  ['Ctrl++', [CTRL, { keysym: 0x2b, code: '' }]],
  ['+', [{ keysym: 0x2b, code: '' }]],
  ['Ctrl+Plus', [CTRL, { keysym: 0x2b, code: '' }]],
  ['Alt+ß', [ALT, { keysym: 0xdf, code: '' }]],
  ['Alt+я', [ALT, { keysym: 0x0100044f, code: '' }]]
])('finds the keys of %s', (text, keys) => {
  expect(parseCombination(text)).toEqual({ keys });
});

it.each([
  ['Ctrl+Foo', 'Foo'],
  ['Ctrl+F25', 'F25'],
  ['Ctrl-W', 'Ctrl-W'],
  ['Ctrl+', 'Ctrl+'],
  ['+W', '+W'],
  ['', '']
])('tells what is no key in %j', (text, unknown) => {
  expect(parseCombination(text)).toEqual({ unknown });
});

it('knows the usual combinations', () => {
  for (const text of [...USUAL_COMBINATIONS, ...FUNCTION_KEYS]) {
    expect(parseCombination(text)).toHaveProperty('keys');
  }
});
