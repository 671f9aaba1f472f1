import type { KeyboardField } from './keyboard/keyboardfield';

/** The user's settings for the keyboard. */
export interface IInputSettings {
  commandKey: KeyboardField.CommandKey;
  /** Whether the browser asks before it closes a page whose desktop has the keyboard. */
  confirmClose: boolean;
}

export const DEFAULT_INPUT: IInputSettings = { commandKey: 'control', confirmClose: true };
