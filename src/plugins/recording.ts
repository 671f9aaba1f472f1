import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator } from '@jupyterlab/translation';

import { addRecordingCommand } from '../lab/commands/recording';
import { CommandIDs } from '../lab/commands/ids';
import { RecordingNotices } from '../lab/recording/notices';
import { DesktopWidget } from '../lab/widget';
import { IDesktopManager, IDesktopTracker } from '../tokens';
import { ViewerRecording } from '../viewer/recording/viewerrecording';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { IDesktopWidget } from '../tokens';

export const recordingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-vnc-proxy:recording',
  description: 'Records desktops to files, and shows that they are being recorded.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  // Notebook has a file browser in its tree only.
  optional: [IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    tracker: IDesktopTracker,
    translator: ITranslator,
    browser: IDefaultFileBrowser | null
  ): void => {
    const trans = translator.load('jupyter_vnc_proxy');
    const { commands, serviceManager } = app;
    const { ended } = new RecordingNotices(commands, trans);
    const recorded = new Set<string>();
    const recordings = new WeakMap<IDesktopWidget, ViewerRecording>();
    const changed = () => commands.notifyCommandChanged(CommandIDs.record);
    addRecordingCommand({
      app,
      manager,
      tracker,
      trans,
      recordingOf: content => recordings.get(content),
      folder: () => serviceManager.contents.localPath(browser?.model.path ?? '')
    });
    tracker.widgetAdded.connect((_, { content }) => {
      if (!(content instanceof DesktopWidget)) {
        return;
      }
      const { viewer, connection } = content;
      const recording = new ViewerRecording({
        ...{ viewer, api: manager.api, trans, isInvited: false, ended },
        changed: () => {
          // The panel may be closed before the list of desktops tells of it.
          if (connection.status.model?.recording) {
            recorded.add(connection.name);
          }
          changed();
        }
      });
      recordings.set(content, recording);
      connection.statusChanged.connect(changed);
      content.disposed.connect(() => {
        connection.statusChanged.disconnect(changed);
        recording.dispose();
      });
      changed();
    });
    manager.changed.connect((_, models) => {
      // A desktop without a panel tells here that its recording has ended.
      for (const { name, recording } of models) {
        if (recording) {
          recorded.add(name);
        } else if (recorded.delete(name)) {
          void manager.api.recording(name).then(
            status => (status.recording ? recorded.add(name) : status.last && ended(name, status.last)),
            () => undefined
          );
        }
      }
    });
  }
};
