import { keysymsOf } from './keysyms';

/** A key as noVNC sends it. */
export interface IKey {
  /** Its X11 keysym. */
  keysym: number;
  /** Its `KeyboardEvent.code`; empty for characters, whose place depends on the layout. */
  code: string;
}

/** The keys of a combination in the order in which they are pressed, or the name that is no key's. */
export type Combination = { keys: IKey[]; unknown?: undefined } | { unknown: string };

/** The combinations that browsers, operating systems or window managers keep, without the function keys. */
export const USUAL_COMBINATIONS: readonly string[] = [
  'Ctrl+Alt+Del',
  'Ctrl+W',
  'Ctrl+T',
  'Ctrl+N',
  'Alt+Tab',
  'Alt+F4',
  'Super',
  'Print'
];

export const FUNCTION_KEYS: readonly string[] = Array.from({ length: 12 }, (_, index) => `F${index + 1}`);

/** Keysyms (X11's keysymdef.h) and codes of keys that have names, in lower case. */
const NAMED = new Map<string, IKey>();

const KEYS: [names: string, code: string, keysym: number][] = [
  ['ctrl control', 'ControlLeft', 0xffe3],
  ['shift', 'ShiftLeft', 0xffe1],
  ['alt option', 'AltLeft', 0xffe9],
  ['altgr', 'AltRight', 0xfe03],
  ['super meta win cmd', 'MetaLeft', 0xffeb],
  ['menu', 'ContextMenu', 0xff67],
  ['esc escape', 'Escape', 0xff1b],
  ['tab', 'Tab', 0xff09],
  ['enter return', 'Enter', 0xff0d],
  ['space', 'Space', 0x20],
  ['backspace', 'Backspace', 0xff08],
  ['del delete', 'Delete', 0xffff],
  ['ins insert', 'Insert', 0xff63],
  ['home', 'Home', 0xff50],
  ['end', 'End', 0xff57],
  ['pageup pgup', 'PageUp', 0xff55],
  ['pagedown pgdn', 'PageDown', 0xff56],
  ['left', 'ArrowLeft', 0xff51],
  ['up', 'ArrowUp', 0xff52],
  ['right', 'ArrowRight', 0xff53],
  ['down', 'ArrowDown', 0xff54],
  ['print printscreen', 'PrintScreen', 0xff61],
  ['pause', 'Pause', 0xff13],
  ['capslock', 'CapsLock', 0xffe5],
  ['numlock', 'NumLock', 0xff7f],
  ['scrolllock', 'ScrollLock', 0xff14],
  ['plus', '', 0x2b],
  ['minus', '', 0x2d]
];
for (const [names, code, keysym] of KEYS) {
  for (const name of names.split(' ')) {
    NAMED.set(name, { keysym, code });
  }
}
for (let number = 1; number <= 24; number++) {
  NAMED.set(`f${number}`, { keysym: 0xffbd + number, code: `F${number}` });
}

/** Parse a combination such as "Ctrl+Alt+F2", in upper or lower case; characters are keys, too. */
export function parseCombination(text: string): Combination {
  // The last "+" of "Ctrl++" is a key.
  const parts = text
    .trim()
    .replace(/(^|\+)\+$/, '$1plus')
    .split('+');
  const names = parts.map(part => part.trim().toLowerCase());
  const keys: IKey[] = [];
  for (const [index, name] of names.entries()) {
    // With Shift, it is the character that Shift types: X servers release Shift for the other.
    const key = NAMED.get(name) ?? characterKey(names.includes('shift') ? name.toUpperCase() : name);
    if (key === null) {
      return { unknown: parts[index].trim() || text };
    }
    keys.push(key);
  }
  return { keys };
}

/** Return the key of a name such as "Ctrl" or "Left". */
export function keyNamed(name: string): IKey {
  const key = NAMED.get(name.toLowerCase());
  if (key === undefined) {
    throw new Error(`no key is named ${name}`);
  }
  return key;
}

function characterKey(text: string): IKey | null {
  const [keysym, ...rest] = [...text].length === 1 ? keysymsOf(text) : [];
  return keysym === undefined || rest.length > 0 ? null : { keysym, code: '' };
}
