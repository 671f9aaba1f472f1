import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { showNamedDialog } from './dialogs';
import { decodesFullChroma, decodesH264 } from '../viewer/quality';
import { translateServerText } from '../viewer/servertexts';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Desktop } from '../model';
import type { IDesktopConnection } from '../tokens';

/** Return the details of a connection: labels and values, in order. */
export function detailsOf(
  connection: IDesktopConnection,
  route: Desktop.Route | null,
  trans: TranslationBundle
): [label: string, value: string][] {
  const { model } = connection.status;
  const details: [string, string][] = [[trans.__('Name'), connection.name]];
  if (route !== null) {
    const value = route === 'extension' ? trans.__('Server extension') : trans.__('jupyter-server-proxy');
    details.push([trans.__('Route'), value]);
  }
  if (model !== null) {
    details.push([trans.__('Backend'), `${model.backend} (${model.transport})`]);
    details.push([trans.__('Session'), model.session || '–']);
    details.push([trans.__('Display'), model.display ?? '–']);
    details.push([trans.__('Size'), model.geometry.replace('x', ' × ')]);
    details.push([trans.__('Viewers'), String(model.clients)]);
    // Older servers don't send these.
    const { encoder = null, notes = [] }: Partial<Desktop.IModel> = model;
    details.push([trans.__('Video'), encoder ?? '–']);
    if (notes.length > 0) {
      details.push([trans.__('Notes'), notes.map(note => translateServerText(note, trans)).join('\n')]);
    }
  }
  const needsHttps = trans.__('requires https, or a server on this computer');
  details.push(
    [
      trans.__('Clipboard'),
      window.isSecureContext ? trans.__('shared; the browser may ask for permission') : needsHttps
    ],
    [trans.__('H.264'), h264Support(trans)],
    [trans.__('Keyboard shortcuts'), keyboardLock(trans, needsHttps)]
  );
  return details;
}

function h264Support(trans: TranslationBundle): string {
  if (!window.isSecureContext) {
    return trans.__(
      'requires https, or a server on this computer; without it, moving content is sent as JPEG (Tight), which is slower or less sharp'
    );
  }
  if (!decodesH264()) {
    return trans.__(
      'not supported by this browser; moving content is sent as JPEG (Tight), which is slower or less sharp'
    );
  }
  return decodesFullChroma()
    ? trans.__('supported, with full chroma (4:4:4)')
    : trans.__('supported, with subsampled chroma (4:2:0)');
}

function keyboardLock(trans: TranslationBundle, needsHttps: string): string {
  if (!window.isSecureContext) {
    return needsHttps;
  }
  return 'keyboard' in navigator ? trans.__('sent to the desktop in full screen') : trans.__('kept by this browser');
}

/** Show the details of a connection in a dialog. */
export async function showDetails(
  connection: IDesktopConnection,
  route: Desktop.Route | null,
  trans: TranslationBundle
): Promise<void> {
  await connection.refresh();
  const body = new Widget({ node: document.createElement('dl') });
  body.addClass('jp-Desktop-details');
  for (const [label, value] of detailsOf(connection, route, trans)) {
    const term = document.createElement('dt');
    const description = document.createElement('dd');
    term.textContent = label;
    description.textContent = value;
    body.node.append(term, description);
  }
  await showNamedDialog({
    title: trans.__('Connection'),
    body,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}
