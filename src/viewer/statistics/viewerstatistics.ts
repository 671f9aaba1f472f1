import { StatisticsOverlay } from './overlay';
import { Statistics } from './statistics';

import type { IDisposable } from '@lumino/disposable';
import type { DesktopViewer } from '../desktopviewer';
import type { ITranslation } from '../translation';

/** The statistics of one viewer, with their overlay. */
export class ViewerStatistics implements IDisposable {
  constructor(viewer: DesktopViewer, trans: ITranslation) {
    const { node, connection } = viewer;
    this.measured = new Statistics({ node, source: () => (connection.status.connected ? viewer.client : null) });
    this.overlay = new StatisticsOverlay({
      node,
      statistics: this.measured,
      connection,
      canvas: () => viewer.client?.canvas ?? null,
      trans
    });
  }

  readonly measured: Statistics;
  readonly overlay: StatisticsOverlay;

  get isDisposed(): boolean {
    return this.measured.isDisposed;
  }

  dispose(): void {
    this.overlay.dispose();
    this.measured.dispose();
  }
}
