/** The user's settings for pointer, wheel and touch. */
export interface IPointerSettings {
  /** What the wheel's distance is multiplied by. */
  wheelSpeed: number;
  /** `direct`: a finger touches what is below it; `trackpad`: it moves the pointer. */
  touchMode: 'direct' | 'trackpad';
  /** When the button for the device's keyboard is shown: on a touch device, or always, or never. */
  keyboardButton: 'touch' | 'always' | 'never';
}

export const DEFAULT_POINTER: IPointerSettings = { wheelSpeed: 1, touchMode: 'direct', keyboardButton: 'touch' };
