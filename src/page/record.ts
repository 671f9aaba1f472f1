import { toDesktopError } from '../services/problems';
import { RecordingForm } from '../viewer/recording/recordingform';
import { newFileName } from '../viewer/recording/recordingtexts';
import { element } from '../viewer/sharing/element';
import { labelFor } from '../viewer/titles';
import { problemText } from './problemtext';

import type { IDesktopAPI } from '../tokens';
import type { ViewerRecording } from '../viewer/recording/viewerrecording';
import type { ITranslation } from '../viewer/translation';

/** Show the dialog that begins to record a desktop, or why it can't be. */
export async function showRecord(recording: ViewerRecording, api: IDesktopAPI, trans: ITranslation): Promise<void> {
  const { connection, notice } = recording.viewer;
  try {
    const { problem } = await api.recording(connection.name);
    if (problem !== null) {
      notice.show(problemText(problem, trans), true);
      return;
    }
  } catch (error) {
    notice.show(problemText(toDesktopError(error), trans), true);
    return;
  }
  const dialog = element('dialog', 'jp-Desktop-dialog');
  const form = new RecordingForm(newFileName(connection.name, new Date()), trans);
  const cancel = element('button', 'jp-mod-styled jp-mod-reject', trans.__('Cancel'));
  cancel.type = 'button';
  cancel.addEventListener('click', () => dialog.close());
  const start = element('button', 'jp-mod-styled jp-mod-accept', trans.__('Record'));
  const buttons = element('div', 'jp-Desktop-recordingButtons');
  buttons.append(cancel, start);
  const title = element('h2', '', trans.__('Record %1', labelFor(connection.name, trans)));
  title.id = 'jp-Desktop-recordTitle';
  dialog.setAttribute('aria-labelledby', title.id);
  const content = element('form');
  content.append(title, form.node, buttons);
  content.addEventListener('submit', event => {
    event.preventDefault();
    start.disabled = true;
    form.problem = '';
    recording
      .start(form.path)
      .then(
        () => dialog.close(),
        (error: unknown) => (form.problem = problemText(toDesktopError(error), trans))
      )
      .finally(() => (start.disabled = false));
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    recording.viewer.focus();
  });
  dialog.append(content);
  document.body.append(dialog);
  dialog.showModal();
  form.focus();
}
