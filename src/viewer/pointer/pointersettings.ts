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

const MIN_WHEEL_SPEED = 0.1;
const MAX_WHEEL_SPEED = 10;

/** Return settings from stored ones, which may have any values. */
export function pointerSettings(stored: { [key in keyof IPointerSettings]?: unknown }): IPointerSettings {
  const { wheelSpeed, touchMode, keyboardButton } = stored;
  const speed = typeof wheelSpeed === 'number' && wheelSpeed > 0 ? wheelSpeed : DEFAULT_POINTER.wheelSpeed;
  return {
    wheelSpeed: Math.min(MAX_WHEEL_SPEED, Math.max(MIN_WHEEL_SPEED, speed)),
    touchMode: touchMode === 'trackpad' ? 'trackpad' : 'direct',
    keyboardButton: keyboardButton === 'always' || keyboardButton === 'never' ? keyboardButton : 'touch'
  };
}
