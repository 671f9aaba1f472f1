import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { showNamedDialog } from './dialogs';
import { SharePanel } from '../viewer/sharing/sharepanel';
import { labelFor } from '../viewer/titles';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDesktopAPI, IDesktopConnection } from '../tokens';

/** Show the dialog that shares a desktop: links, connected viewers, and taking back control. */
export async function showShare(
  connection: IDesktopConnection,
  api: IDesktopAPI,
  trans: TranslationBundle
): Promise<void> {
  const panel = new SharePanel({ connection, api, trans });
  const body = new Widget({ node: panel.node });
  body.disposed.connect(() => panel.dispose());
  await showNamedDialog({
    title: trans.__('Share %1', labelFor(connection.name, trans)),
    body,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}
