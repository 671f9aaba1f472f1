import { canPlay, isUnmuted } from './desktopsound';

import type { ITranslation } from '../translation';
import type { MicrophoneState, SoundState } from './desktopsound';

/** What the speaker button does. */
export function soundLabel(state: SoundState, trans: ITranslation): string {
  return isUnmuted(state) ? trans.__('Mute Desktop') : trans.__('Unmute Desktop');
}

/** The state in a sentence, and what a click changes. */
export function soundHint(state: SoundState, trans: ITranslation): string {
  switch (state) {
    case 'playing':
      return trans.__('You hear the desktop. Click the speaker to mute it.');
    case 'connecting':
      return trans.__('The sound is connecting. Click the speaker to mute it.');
    case 'elsewhere':
      return trans.__('The sound plays in another tab or panel. Click the speaker to hear it here.');
    case 'unavailable':
      return canPlay()
        ? trans.__('This desktop has no sound. On its server, “jupyter vnc doctor” says what is missing.')
        : trans.__('The browser plays sound only on secure pages (https).');
    default:
      return trans.__('Muted: browsers play sound only after a click. Click the speaker to hear the desktop.');
  }
}

/** What the button of the microphone says, and why it is disabled, if it is. */
export function microphoneTexts(state: MicrophoneState, trans: ITranslation): { label: string; hint: string } {
  switch (state) {
    case 'on':
      return { label: trans.__('Turn Microphone Off'), hint: trans.__('Programs on the desktop hear you.') };
    case 'asking':
      return { label: trans.__('Cancel'), hint: trans.__('The browser asks whether the microphone may be used.') };
    case 'unavailable':
      return {
        label: trans.__('Turn Microphone On'),
        hint: trans.__('The microphone needs the desktop to be unmuted, and a browser that encodes sound.')
      };
    default:
      return { label: trans.__('Turn Microphone On'), hint: trans.__('Let programs on the desktop hear you.') };
  }
}
