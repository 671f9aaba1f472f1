import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IPanelContext } from './context';

/** Add the command that mutes and unmutes a desktop, as the speaker in its toolbar does. */
export function addSoundCommand({ app, tracker, trans }: IPanelContext): void {
  const soundOf = (args: ReadonlyPartialJSONObject) => findPanel(app, tracker, args)?.content.sound;
  const isHeard = (args: ReadonlyPartialJSONObject) => ['connecting', 'playing'].includes(soundOf(args)?.state ?? '');
  app.commands.addCommand(CommandIDs.toggleSound, {
    label: trans.__('Play Sound of Desktop'),
    caption: trans.__('Hear what programs on the desktop play, or mute it'),
    describedBy: { args: panelArguments },
    isEnabled: args => isHeard(args) || ['muted', 'elsewhere'].includes(soundOf(args)?.state ?? ''),
    isToggled: isHeard,
    execute: args => soundOf(args)?.toggle()
  });
}
