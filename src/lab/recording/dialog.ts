import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { RecordingForm } from '../../viewer/recording/recordingform';
import { labelFor } from '../../viewer/titles';
import { showNamedDialog } from '../dialogs';

import type { TranslationBundle } from '@jupyterlab/translation';

/** The form as a dialog's body. */
class FormBody extends Widget implements Dialog.IBodyWidget<string> {
  constructor(private readonly _form: RecordingForm) {
    super({ node: _form.node });
  }

  getValue(): string {
    return this._form.path;
  }
}

/** Ask for the file of a recording; return null if the user cancels. */
export async function askForFile(desktop: string, path: string, trans: TranslationBundle): Promise<string | null> {
  const form = new RecordingForm(path, trans);
  const asking = showNamedDialog({
    title: trans.__('Record %1', labelFor(desktop, trans)),
    body: new FormBody(form),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label: trans.__('Record') })],
    focusNodeSelector: 'input'
  });
  const { button, value } = await asking;
  return button.accept ? value : null;
}
