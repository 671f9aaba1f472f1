import { element } from '../viewer/sharing/element';
import { takeScreenshot } from '../viewer/screenshots/take';
import { labelFor } from '../viewer/titles';

import type { IDesktopAPI } from '../tokens';
import type { DesktopViewer } from '../viewer/desktopviewer';
import type { ScreenshotPanel } from '../viewer/screenshots/panel';
import type { ITranslation } from '../viewer/translation';

/** Take a screenshot, which a dialog shows; the page has no notebook to insert it into. */
export async function screenshotOnPage(viewer: DesktopViewer, api: IDesktopAPI, trans: ITranslation): Promise<void> {
  const title = trans.__('Screenshot of %1', labelFor(viewer.connection.name, trans));
  if (viewer.fullScreen.isOn) {
    // The dialog is outside of the element in full screen.
    await viewer.fullScreen.toggle();
  }
  await takeScreenshot({ viewer, api, trans, show: panel => showPanel(panel, title, trans) });
}

function showPanel(panel: ScreenshotPanel, title: string, trans: ITranslation): Promise<void> {
  const dialog = element('dialog', 'jp-Desktop-dialog');
  const close = element('button', 'jp-mod-styled jp-mod-accept jp-Desktop-close', trans.__('Close'));
  close.addEventListener('click', () => dialog.close());
  panel.done.connect(() => dialog.close());
  const heading = element('h2', '', title);
  heading.id = 'jp-Desktop-screenshotTitle';
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.append(heading, panel.node, close);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(resolve => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve();
    });
  });
}
