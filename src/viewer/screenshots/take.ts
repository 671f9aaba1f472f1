import { AreaMarker } from './areamarker';
import { ScreenshotPanel } from './panel';

import type { IDesktopAPI, IDesktopArea } from '../../tokens';
import type { DesktopViewer } from '../desktopviewer';
import type { ITranslation } from '../translation';
import type { IInsertion } from './panel';

export interface ITakeOptions {
  viewer: DesktopViewer;
  api: IDesktopAPI;
  trans: ITranslation;
  /** What else takes the picture, at the time when the dialog opens. */
  insertion?: () => IInsertion | null;
  /** Shows the panel in a dialog until it is `done` or the user closes it. */
  show: (panel: ScreenshotPanel) => Promise<void>;
}

/** Take a screenshot, of an area to mark first if that is wanted, and ask what becomes of it. */
export async function takeScreenshot(options: ITakeOptions, marksFirst = false): Promise<void> {
  const { viewer, api, trans, insertion, show } = options;
  let area: IDesktopArea | undefined;
  let marks = marksFirst;
  let message = '';
  do {
    if (marks) {
      const marked = await markArea(options);
      if (marked === null) {
        break;
      }
      area = marked;
    }
    const { name } = viewer.connection;
    const panel = new ScreenshotPanel({ api, name, trans, area, insertion: insertion?.() ?? null });
    panel.done.connect((_, text) => {
      message = text;
    });
    await show(panel);
    marks = panel.wantsArea;
    panel.dispose();
  } while (marks && !viewer.isDisposed);
  if (!viewer.isDisposed) {
    viewer.focus();
    if (message !== '') {
      viewer.notice.show(message, true);
    }
  }
}

/** Let the user mark an area over the picture; return null if they don't, or if the picture goes away. */
async function markArea({ viewer, trans }: ITakeOptions): Promise<IDesktopArea | null> {
  const { client, connection } = viewer;
  if (client === null || !connection.status.connected) {
    return null;
  }
  const newest = () => viewer.client ?? client;
  const marker = new AreaMarker({
    parent: viewer.node,
    trans,
    canvas: () => newest().canvas,
    origin: () => newest().origin
  });
  const cancelIfGone = () => {
    if (!connection.status.connected) {
      marker.cancel();
    }
  };
  const cancel = () => marker.cancel();
  connection.statusChanged.connect(cancelIfGone);
  connection.disposed.connect(cancel);
  try {
    return await marker.mark();
  } finally {
    connection.statusChanged.disconnect(cancelIfGone);
    connection.disposed.disconnect(cancel);
  }
}
