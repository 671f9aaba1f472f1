import { isUnmuted } from '../../viewer/sound/desktopsound';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IPanelContext } from './context';

/** Add the command that mutes and unmutes a desktop, as the speaker in its toolbar does. */
export function addSoundCommand({ app, tracker, trans }: IPanelContext): void {
  const soundOf = (args: ReadonlyPartialJSONObject) => findPanel(app, tracker, args)?.content.sound;
  const stateOf = (args: ReadonlyPartialJSONObject) => soundOf(args)?.state ?? 'hidden';
  app.commands.addCommand(CommandIDs.toggleSound, {
    label: trans.__('Play Sound of Desktop'),
    caption: trans.__('Hear what programs on the desktop play, or mute it'),
    describedBy: { args: panelArguments },
    isEnabled: args => !['hidden', 'unavailable'].includes(stateOf(args)),
    isToggled: args => isUnmuted(stateOf(args)),
    execute: args => soundOf(args)?.toggle()
  });
}
