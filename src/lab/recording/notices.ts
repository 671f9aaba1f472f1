import { Notification } from '@jupyterlab/apputils';

import { endedText } from '../../viewer/recording/recordingtexts';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Desktop } from '../../model';

/** The file browser's command that shows a file. */
const GO_TO_PATH = 'filebrowser:go-to-path';

/** Tells once how each recording has ended, however many panels have noticed. */
export class RecordingNotices {
  constructor(
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {}

  readonly ended = (desktop: string, recording: Desktop.IEndedRecording): void => {
    const key = `${desktop} ${recording.ended} ${recording.path}`;
    if (this._told.has(key)) {
      return;
    }
    this._told.add(key);
    const actions: Notification.IAction[] = [];
    if (recording.path !== '' && this._commands.hasCommand(GO_TO_PATH)) {
      actions.push({
        label: this._trans.__('Reveal in File Browser'),
        callback: () => void this._commands.execute(GO_TO_PATH, { path: recording.path })
      });
    }
    const emit = recording.error === null ? Notification.success : Notification.warning;
    emit(endedText(recording, this._trans), { actions, autoClose: false });
  };

  private readonly _told = new Set<string>();
}
