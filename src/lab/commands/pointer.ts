import { Desktop } from '../../model';
import { mayControl } from '../../services/status';
import { canLockPointer } from '../../viewer/pointer/pointerlock';
import { pointerIcon } from '../icons';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IPanelContext } from './context';

/** Add the commands for the pointer. */
export function addPointerCommands({ app, tracker, trans, settings }: IPanelContext): void {
  const describedBy = { args: panelArguments };
  const nameOf = (args: ReadonlyPartialJSONObject) =>
    findPanel(app, tracker, args)?.content.connection.name ?? Desktop.DEFAULT_NAME;
  app.commands.addCommand(CommandIDs.lockPointer, {
    label: args => (args.fromTab ? trans.__('Lock Pointer') : trans.__('Lock Pointer to Desktop')),
    caption: trans.__('Give the pointer to programs that move it themselves, such as 3D views; Escape releases it'),
    icon: pointerIcon,
    describedBy,
    isEnabled: args => {
      const status = findPanel(app, tracker, args)?.content.connection.status;
      return canLockPointer() && status !== undefined && status.connected && mayControl(status);
    },
    isToggled: args => findPanel(app, tracker, args)?.content.viewer.input.pointer.lock.isOn ?? false,
    execute: args => findPanel(app, tracker, args)?.content.viewer.input.pointer.lock.toggle()
  });
  app.commands.addCommand(CommandIDs.trackpad, {
    label: args => (args.fromTab ? trans.__('Touch as on a Trackpad') : trans.__('Touch Desktops as on a Trackpad')),
    caption: trans.__('Let a finger move the pointer, and a tap click where the pointer is'),
    describedBy,
    isToggled: args => settings.for(nameOf(args)).pointer.touchMode === 'trackpad',
    execute: async args => {
      const name = nameOf(args);
      const isOn = settings.for(name).pointer.touchMode === 'trackpad';
      await settings.choose(name, 'touchMode', isOn ? 'direct' : 'trackpad');
    }
  });
}
