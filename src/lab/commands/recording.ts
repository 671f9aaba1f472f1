import { DesktopError } from '../../services/errors';
import { joined } from '../../viewer/files/paths';
import { newFileName } from '../../viewer/recording/recordingtexts';
import { showProblem } from '../dialogs';
import { recordIcon } from '../icons';
import { askForFile } from '../recording/dialog';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ViewerRecording } from '../../viewer/recording/viewerrecording';
import type { IDesktopTracker, IDesktopWidget } from '../../tokens';
import type { ICommandContext } from './context';

/** The dependencies of the command that records. */
export interface IRecordingContext extends ICommandContext {
  tracker: IDesktopTracker;
  /** Returns the recording of a panel's desktop. */
  recordingOf: (content: IDesktopWidget) => ViewerRecording | undefined;
  /** Returns the path of the folder for new files. */
  folder: () => string;
}

/** Add the command that begins and ends the recording of a desktop. */
export function addRecordingCommand(context: IRecordingContext): void {
  const { app, manager, tracker, trans, recordingOf } = context;
  const contentOf = (args: ReadonlyPartialJSONObject) => findPanel(app, tracker, args)?.content;
  const find = (args: ReadonlyPartialJSONObject) => {
    const content = contentOf(args);
    return content && recordingOf(content);
  };
  app.commands.addCommand(CommandIDs.record, {
    label: args => {
      if (find(args)?.isOn === true) {
        return trans.__('Stop Recording');
      }
      return args.fromTab ? trans.__('Record…') : trans.__('Record Desktop…');
    },
    caption: args =>
      find(args)?.isOn === true ? trans.__('Stop recording the desktop') : trans.__('Record the desktop to a file'),
    icon: recordIcon,
    describedBy: { args: panelArguments },
    isToggled: args => find(args)?.isOn ?? false,
    isEnabled: args => find(args)?.canAct ?? false,
    execute: async args => {
      const content = contentOf(args);
      const recording = content && recordingOf(content);
      if (content === undefined || recording === undefined) {
        return;
      }
      if (recording.isOn) {
        return recording.stop();
      }
      const { fullScreen } = recording.viewer;
      if (fullScreen.isOn) {
        // The dialog is outside of the element in full screen.
        await fullScreen.toggle();
      }
      await ask(recording);
      content.activate();
    }
  });

  /** Ask for a file until the recording begins or the user cancels. */
  async function ask(recording: ViewerRecording): Promise<void> {
    const { name } = recording.viewer.connection;
    let path: string | null = joined(context.folder(), newFileName(name, new Date()));
    if (!(await succeeds(() => check(name)))) {
      return;
    }
    do {
      path = await askForFile(name, path, trans);
    } while (path !== null && !(await succeeds(() => recording.start(path!))));
  }

  async function check(name: string): Promise<void> {
    const { problem } = await manager.api.recording(name);
    if (problem !== null) {
      throw new DesktopError({ status: 409, ...problem });
    }
  }

  /** Say why something has failed, if it has. */
  async function succeeds(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      await showProblem(trans.__('The desktop cannot be recorded'), error, trans);
      return false;
    }
  }
}
