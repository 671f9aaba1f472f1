import { StatisticsOverlay } from './overlay';
import { LinkFallback } from './linkfallback';
import { Statistics } from './statistics';
import { fewerPixelsWords } from './words';

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
      hasFewerPixels: () => viewer.screen.resolution.isLinkSlow && !viewer.screen.resolution.usesPixels,
      trans
    });
    this._fallback = new LinkFallback({
      statistics: this.measured,
      screen: viewer.screen.resolution,
      slowed: () => viewer.notice.show(fewerPixelsWords(trans), false)
    });
  }

  readonly measured: Statistics;
  readonly overlay: StatisticsOverlay;

  private readonly _fallback: LinkFallback;

  get isDisposed(): boolean {
    return this.measured.isDisposed;
  }

  dispose(): void {
    this._fallback.dispose();
    this.overlay.dispose();
    this.measured.dispose();
  }
}
