import { element } from '../viewer/sharing/element';
import { SharePanel } from '../viewer/sharing/sharepanel';
import { labelFor } from '../viewer/titles';

import type { IDesktopAPI, IDesktopConnection } from '../tokens';
import type { ITranslation } from '../viewer/translation';

/** Show the dialog that shares a desktop. */
export function showShare(connection: IDesktopConnection, api: IDesktopAPI, trans: ITranslation): void {
  const dialog = element('dialog', 'jp-Desktop-dialog');
  const panel = new SharePanel({ connection, api, trans });
  const close = element('button', 'jp-mod-styled jp-mod-accept jp-Desktop-close', trans.__('Close'));
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    panel.dispose();
    dialog.remove();
  });
  const title = element('h2', '', trans.__('Share %1', labelFor(connection.name, trans)));
  title.id = 'jp-Desktop-shareTitle';
  dialog.setAttribute('aria-labelledby', title.id);
  dialog.append(title, panel.node, close);
  document.body.append(dialog);
  dialog.showModal();
}
