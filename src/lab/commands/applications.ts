import { applicationIcon, applicationIn } from '../applications/icons';
import { desktopIcon } from '../icons';
import { CommandIDs } from './ids';

import type { ApplicationOpener } from '../applications/opener';
import type { ICommandContext } from './context';

/** The dependencies of the commands about applications. */
export interface IApplicationContext extends ICommandContext {
  opener: ApplicationOpener;
  /** The ids of the pinned applications. */
  pinned: () => readonly string[];
  /** Changes them. */
  pin: (ids: string[]) => Promise<void>;
}

/** Add the commands that open an application, and that pin and unpin its tile in the launcher. */
export function addApplicationCommands({ app, manager, trans, opener, pinned, pin }: IApplicationContext): void {
  const { commands } = app;
  commands.addCommand(CommandIDs.openApplication, {
    label: args => opener.find(args.id)?.name ?? trans.__('Open Application…'),
    caption: args => opener.find(args.id)?.comment || trans.__('Open an application alone, in a tab of its own'),
    icon: args =>
      typeof args.id === 'string' ? applicationIcon(args.id, manager.api) : args.isPalette ? undefined : desktopIcon,
    describedBy: { args: openArguments },
    isEnabled: () => manager.api.route !== 'proxy',
    execute: args =>
      typeof args.id === 'string'
        ? opener.open(args.id, typeof args.path === 'string' ? args.path : undefined)
        : opener.choose()
  });
  /** The application whose tile was clicked. */
  const clicked = (): string | null => {
    let found: string | null = null;
    app.contextMenuHitTest(node => {
      found = node.classList.contains('jp-LauncherCard') ? applicationIn(node) : null;
      return found !== null;
    });
    return found;
  };
  const isPinned = (id: string | null) => id !== null && pinned().includes(id);
  commands.addCommand(CommandIDs.pinApplication, {
    label: trans.__('Pin Application'),
    caption: trans.__('Show the application before others in the launcher'),
    describedBy: { args: pinArguments },
    isVisible: () => clicked() !== null && !isPinned(clicked()),
    execute: async args => {
      const id = typeof args.id === 'string' ? args.id : clicked();
      if (id !== null && !isPinned(id)) {
        await pin([...pinned(), id]);
      }
    }
  });
  commands.addCommand(CommandIDs.unpinApplication, {
    label: trans.__('Unpin Application'),
    caption: trans.__('Show the application among the others in the launcher, or not any more'),
    describedBy: { args: pinArguments },
    isVisible: () => isPinned(clicked()),
    execute: async args => {
      const id = typeof args.id === 'string' ? args.id : clicked();
      await pin(pinned().filter(each => each !== id));
    }
  });
}

const openArguments = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'The id of the application’s desktop entry; without it, the user chooses one' },
    path: { type: 'string', description: 'The path of a file to open' },
    isPalette: { type: 'boolean', description: 'Whether the command is in the command palette' }
  }
};

const pinArguments = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'The id of the application’s desktop entry; defaults to the clicked tile’s' }
  }
};
