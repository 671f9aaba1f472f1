import { KeyboardField } from '../../../src/viewer/keyboard/keyboardfield';
import { keysymsOf } from '../../../src/viewer/keyboard/keysyms';

let canvas: HTMLCanvasElement;
let field: KeyboardField;
let seen: string[];
let typed: string[];
let enabled: boolean;
let holdForAccents: boolean;
const leave = jest.fn();
const toggle = jest.fn();
const lockPointer = jest.fn();

function key(type: string, init: KeyboardEventInit): boolean {
  return field.node.dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
}

/** The browser puts a text into the field, or an input method is at it. */
function input(text: string, init: InputEventInit = {}): void {
  field.node.value += text;
  field.node.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', ...init }));
}

function platform(name: string): void {
  Object.defineProperty(navigator, 'platform', { value: name, configurable: true });
}

beforeEach(() => {
  jest.useFakeTimers();
  jest.clearAllMocks();
  platform('Linux x86_64');
  [seen, typed, enabled, holdForAccents] = [[], [], true, false];
  canvas = document.createElement('canvas');
  for (const type of ['keydown', 'keyup']) {
    canvas.addEventListener(type, event => {
      const { code, key, ctrlKey, metaKey } = event as KeyboardEvent;
      seen.push([type, code, key, ctrlKey ? 'ctrl' : '', metaKey ? 'meta' : ''].join(' ').trim());
    });
  }
  field = new KeyboardField({
    label: 'Keyboard',
    canvas: () => canvas,
    enabled: () => enabled,
    commandKey: () => 'control',
    holdForAccents: () => holdForAccents,
    type: text => typed.push(text),
    paste: () => Promise.resolve(true),
    leave,
    toggle,
    lockPointer
  });
  document.body.append(field.node);
  field.focus();
});

afterEach(() => {
  field.dispose();
  jest.useRealTimers();
});

it('sends keys to the canvas and keeps them from the page', () => {
  const outside = jest.fn();
  document.body.addEventListener('keydown', outside);
  expect(key('keydown', { code: 'KeyA', key: 'a' })).toBe(false);
  key('keyup', { code: 'KeyA', key: 'a' });
  expect(seen).toEqual(['keydown KeyA a', 'keyup KeyA a']);
  expect(outside).not.toHaveBeenCalled();
  document.body.removeEventListener('keydown', outside);
});

it('leaves keys alone if the desktop takes none', () => {
  enabled = false;
  expect(key('keydown', { code: 'KeyA', key: 'a' })).toBe(true);
  expect(seen).toEqual([]);
});

it('releases keys that are down when it loses the focus', () => {
  key('keydown', { code: 'ControlLeft', key: 'Control' });
  key('keydown', { code: 'KeyA', key: 'a' });
  field.node.blur();
  expect(seen.slice(2)).toEqual(['keyup KeyA a', 'keyup ControlLeft Control']);
});

it('releases keys that are down when an input method takes the keyboard', () => {
  key('keydown', { code: 'ControlLeft', key: 'Control' });
  key('keydown', { code: 'ShiftLeft', key: 'Shift' });
  field.node.dispatchEvent(new CompositionEvent('compositionstart'));
  expect(seen.slice(2)).toEqual(['keyup ShiftLeft Shift', 'keyup ControlLeft Control']);
});

it('types what an input method composes, once', () => {
  field.node.dispatchEvent(new CompositionEvent('compositionstart'));
  for (const letter of 'ni') {
    expect(key('keydown', { code: `Key${letter.toUpperCase()}`, key: 'Process', keyCode: 229 })).toBe(true);
    input(letter, { isComposing: true, inputType: 'insertCompositionText' });
  }
  expect(typed).toEqual([]);
  field.node.value = '你好';
  field.node.dispatchEvent(new InputEvent('input', { isComposing: true, inputType: 'insertCompositionText' }));
  field.node.dispatchEvent(new CompositionEvent('compositionend', { data: '你好' }));
  jest.runAllTimers();
  expect(typed).toEqual(['你好']);
  expect(seen).toEqual([]);
});

it('types what was composed before the key that follows at once', () => {
  field.node.dispatchEvent(new CompositionEvent('compositionstart'));
  field.node.value = '好';
  field.node.dispatchEvent(new CompositionEvent('compositionend', { data: '好' }));
  expect(key('keydown', { code: 'KeyA', key: 'a' })).toBe(false);
  expect([typed, seen]).toEqual([['好'], ['keydown KeyA a']]);
  jest.runAllTimers();
  expect(typed).toEqual(['好']);
});

it('types what comes without keys: emoji, dictation, phones', () => {
  input('🙂');
  input('hello world', { inputType: 'insertFromDictation' });
  field.node.dispatchEvent(new InputEvent('input', { inputType: 'deleteContentBackward' }));
  expect(typed).toEqual(['🙂', 'hello world', '\b']);
  expect(field.node.value).toBe('');
});

it('leaves dead keys to the browser, which composes the letter', () => {
  expect(key('keydown', { code: 'Quote', key: 'Dead' })).toBe(true);
  key('keydown', { code: 'KeyE', key: 'é' });
  expect(seen).toEqual(['keydown KeyE é']);
});

it('makes Cmd the desktop’s Ctrl on a Mac', () => {
  platform('MacIntel');
  key('keydown', { code: 'MetaLeft', key: 'Meta', metaKey: true });
  key('keydown', { code: 'KeyC', key: 'c', metaKey: true });
  key('keyup', { code: 'MetaLeft', key: 'Meta' });
  expect(seen).toEqual([
    'keydown ControlLeft Control ctrl',
    'keydown KeyC c ctrl',
    'keyup KeyC c',
    'keyup ControlLeft Control'
  ]);
});

it('does so for a paste, too', async () => {
  platform('MacIntel');
  key('keydown', { code: 'KeyV', key: 'v', metaKey: true });
  expect(seen).toEqual([]);
  await jest.advanceTimersByTimeAsync(100);
  expect(seen).toContain('keydown KeyV v ctrl');
});

it.each([
  ['v alone', { code: 'KeyV', key: 'v' }],
  ['the key that is V on a US keyboard, under Dvorak', { code: 'KeyV', key: 'k', ctrlKey: true }],
  ['AltGr+V', { code: 'KeyV', key: '“', ctrlKey: true, altKey: true }]
])('does not delay keys that paste nothing: %s', (_, init) => {
  key('keydown', init);
  expect(seen).toHaveLength(1);
});

it('has a chord that leaves it and one that gives the keys to the page', () => {
  const chord = { ctrlKey: true, altKey: true, shiftKey: true };
  key('keydown', { code: 'ControlLeft', key: 'Control' });
  key('keydown', { code: 'KeyL', key: 'L', ...chord });
  expect(leave).toHaveBeenCalled();
  expect(seen).toEqual(['keydown ControlLeft Control', 'keyup ControlLeft Control']);
  key('keydown', { code: 'KeyK', key: 'K', ...chord });
  expect(toggle).toHaveBeenCalled();
  field.captures = false;
  expect(key('keydown', { code: 'KeyA', key: 'a' })).toBe(true);
  expect(seen).toHaveLength(2);
});

it.each([
  ['aé', [0x61, 0xe9]],
  ['€你🙂', [0x010020ac, 0x01004f60, 0x0101f642]],
  ['a\r\nb\tc', [0x61, 0xff0d, 0x62, 0xff09, 0x63]],
  ['\u0000\u0085', [0x01000085]]
])('types %j by these keysyms', (text, keysyms) => {
  expect(keysymsOf(text)).toEqual(keysyms);
});

it('raises the keyboard of a device only on request', () => {
  expect(field.node.inputMode).toBe('none');
  field.raise(true);
  expect([field.node.inputMode, document.activeElement]).toEqual(['text', field.node]);
  field.raise(false);
  expect([field.node.inputMode, document.activeElement]).toEqual(['none', field.node]);
});

describe('a letter whose key is held on a Mac', () => {
  const e = { key: 'e', code: 'KeyE' };

  /** Hold the key of e as long as macOS needs; return whether the browser had each press. */
  function hold(): boolean[] {
    const left = [key('keydown', e)];
    input('e');
    left.push(key('keydown', { ...e, repeat: true }), key('keydown', { ...e, repeat: true }));
    key('keyup', e);
    return left;
  }

  /** The browser puts an accent in the letter's place. */
  function replace(text: string, inputType = 'insertReplacementText'): void {
    field.node.value = text;
    field.node.dispatchEvent(new InputEvent('input', { bubbles: true, inputType }));
  }

  beforeEach(() => {
    platform('MacIntel');
    holdForAccents = true;
  });

  it('is replaced by the accent that was chosen, once', () => {
    expect(hold()).toEqual([true, true, true]);
    expect(seen.slice(0, 2)).toEqual(['keydown KeyE e', 'keyup KeyE e']);
    expect(seen.filter(each => each.startsWith('keydown'))).toHaveLength(1);
    replace('é');
    // Chromium reports the digit that has chosen it, without any text.
    key('keydown', { key: '2', code: 'Digit2' });
    key('keyup', { key: '2', code: 'Digit2' });
    expect(typed).toEqual(['\bé']);
    expect(seen.filter(each => each.startsWith('keydown'))).toHaveLength(1);
    key('keydown', { key: 't', code: 'KeyT' });
    input('t');
    expect([typed, field.node.value]).toEqual([['\bé'], 't']);
    expect(seen.at(-1)).toBe('keyup KeyT t');
  });

  it('is replaced as well if the browser composes the accent', () => {
    hold();
    field.node.dispatchEvent(new CompositionEvent('compositionstart'));
    field.node.value = 'é';
    field.node.dispatchEvent(new InputEvent('input', { inputType: 'insertCompositionText', isComposing: true }));
    field.node.dispatchEvent(new CompositionEvent('compositionend', { data: 'é' }));
    key('keydown', { key: ' ', code: 'Space' });
    expect(typed).toEqual(['\bé']);
    jest.runAllTimers();
    expect(typed).toEqual(['\bé']);
  });

  it('is replaced as well if the browser deletes the letter first', () => {
    hold();
    replace('', 'deleteContentBackward');
    replace('é', 'insertText');
    expect(typed.join('')).toBe('\bé');
  });

  it('stays if nothing was chosen, and what follows is typed', () => {
    hold();
    key('keydown', { key: '2', code: 'Digit2' });
    input('2');
    expect(typed).toEqual(['2']);
    expect(key('keydown', { key: 'ArrowLeft', code: 'ArrowLeft' })).toBe(false);
    expect(field.node.value).toBe('');
    expect(key('keydown', { key: '2', code: 'Digit2' })).toBe(false);
    expect(seen.at(-1)).toBe('keydown Digit2 2');
  });

  it.each([
    ['without the setting', 'MacIntel', false],
    ['elsewhere', 'Linux x86_64', true]
  ])('is held on the desktop %s', (_, name, isOn) => {
    platform(name);
    holdForAccents = isOn;
    expect(key('keydown', e)).toBe(false);
    expect(key('keydown', { ...e, repeat: true })).toBe(false);
    expect(seen).toEqual(['keydown KeyE e', 'keydown KeyE e']);
  });

  it('is no letter with Cmd', () => {
    expect(key('keydown', { ...e, metaKey: true })).toBe(false);
  });
});
