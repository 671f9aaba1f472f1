import type { Desktop } from '../model';
import type { KeyboardField } from './keyboard/keyboardfield';

/** The user's settings for keyboard and clipboard. */
export interface IInputSettings {
  commandKey: KeyboardField.CommandKey;
  /** Whether a Mac shows accents while a letter's key is held, instead of holding it on the desktop. */
  holdForAccents: boolean;
  /** Whether the browser asks before it closes a page whose desktop has the keyboard. */
  confirmClose: boolean;
  /** What is copied between the two clipboards. */
  clipboard: 'both' | 'to-desktop' | 'from-desktop' | 'off';
}

export const DEFAULT_INPUT: IInputSettings = {
  commandKey: 'control',
  holdForAccents: false,
  confirmClose: true,
  clipboard: 'both'
};

/** Whether the user's settings permit the use of a right. */
export function permits({ clipboard }: IInputSettings, right: Desktop.Right): boolean {
  switch (right) {
    case 'clipboard-in':
      return clipboard === 'both' || clipboard === 'to-desktop';
    case 'clipboard-out':
      return clipboard === 'both' || clipboard === 'from-desktop';
    default:
      return true;
  }
}
