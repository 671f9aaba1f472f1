import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { decodesFullColour } from '../viewer/quality';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { DesktopSession } from '../services/connection';
import type { Desktop } from '../tokens';

/** What there is to say about a connection: labels and values, in order. */
export function detailsOf(
  session: DesktopSession,
  door: Desktop.Door | null,
  trans: TranslationBundle
): [label: string, value: string][] {
  const { model } = session.status;
  const details: [string, string][] = [[trans.__('Name'), session.name]];
  if (door !== null) {
    const way = door === 'extension' ? trans.__('Server extension, in one hop') : trans.__('jupyter-server-proxy');
    details.push([trans.__('Way'), way]);
  }
  if (model !== null) {
    details.push([trans.__('Backend'), `${model.backend} (${model.transport})`]);
    details.push([trans.__('Session'), model.session || '–']);
    details.push([trans.__('Display'), model.display ?? '–']);
    details.push([trans.__('Size'), model.geometry.replace('x', ' × ')]);
    details.push([trans.__('Viewers'), String(model.clients)]);
    // Another version's server may not know of these.
    const { encoder = null, notes = [] }: Partial<Desktop.IModel> = model;
    details.push([trans.__('Video'), encoder ?? '–']);
    if (notes.length > 0) {
      details.push([trans.__('Notes'), notes.join('\n')]);
    }
  }
  const without = trans.__('needs https, or a server on this computer');
  details.push(
    [trans.__('Clipboard'), window.isSecureContext ? trans.__('shared with the browser, which may ask') : without],
    [trans.__('H.264'), h264(trans)],
    [trans.__('All keys'), keys(trans, without)]
  );
  return details;
}

function h264(trans: TranslationBundle): string {
  if (!window.isSecureContext) {
    return trans.__(
      'browsers decode it for pages that come with https, or from this computer; this one gets Tight, which is softer or slower when much moves'
    );
  }
  if (!('VideoDecoder' in window)) {
    return trans.__('not in this browser; it gets Tight, which is softer or slower when much moves');
  }
  return decodesFullColour()
    ? trans.__('can be decoded here, with a colour for each pixel (4:4:4)')
    : trans.__('can be decoded here, with a colour for four pixels (4:2:0)');
}

function keys(trans: TranslationBundle, without: string): string {
  if (!window.isSecureContext) {
    return without;
  }
  return 'keyboard' in navigator ? trans.__('in full screen') : trans.__('not in this browser');
}

/** Show what `detailsOf` says. */
export async function showDetails(
  session: DesktopSession,
  door: Desktop.Door | null,
  trans: TranslationBundle
): Promise<void> {
  await session.look();
  const body = new Widget({ node: document.createElement('dl') });
  body.addClass('jp-Desktop-details');
  for (const [label, value] of detailsOf(session, door, trans)) {
    const term = document.createElement('dt');
    const description = document.createElement('dd');
    term.textContent = label;
    description.textContent = value;
    body.node.append(term, description);
  }
  await showDialog({
    title: trans.__('Connection'),
    body,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}
