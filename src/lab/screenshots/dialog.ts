import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { namedDialog } from '../dialogs';
import { labelFor } from '../../viewer/titles';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ScreenshotPanel } from '../../viewer/screenshots/panel';

/** Show a screenshot in a dialog until something was done with it. */
export async function showScreenshot(panel: ScreenshotPanel, desktop: string, trans: TranslationBundle): Promise<void> {
  const dialog = namedDialog({
    title: trans.__('Screenshot of %1', labelFor(desktop, trans)),
    focusNodeSelector: 'select',
    body: new Widget({ node: panel.node }),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
  });
  panel.done.connect(() => dialog.reject());
  await dialog.launch();
}
