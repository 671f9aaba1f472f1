import { ProblemCodes } from '../../services/problems';
import { DesktopWidget } from '../widget';
import { applicationIcon } from './icons';

import type { IDesktopManager, IDesktopTracker } from '../../tokens';

/** The pause between two looks whether an application that has ended was removed. */
const POLL_MS = 500;

/** Let the tabs of applications have their names and icons, and close them when the applications have ended. */
export function followApplications(tracker: IDesktopTracker, manager: IDesktopManager): void {
  tracker.widgetAdded.connect((_, panel) => {
    const { content } = panel;
    if (content instanceof DesktopWidget) {
      const tab = new ApplicationTab(content, manager, () => panel.dispose());
      content.connection.statusChanged.connect(() => tab.update());
      tab.update();
    }
  });
}

class ApplicationTab {
  constructor(
    private readonly _content: DesktopWidget,
    private readonly _manager: IDesktopManager,
    private readonly _close: () => void
  ) {}

  update(): void {
    const { connection } = this._content;
    const { model, phase, problem } = connection.status;
    const application = model?.application ?? null;
    if (application !== null && !this._isNamed) {
      this._isNamed = true;
      this._content.isApplication = true;
      this._content.title.icon = applicationIcon(application.id, this._manager.api);
      this._content.customTitle ||= application.name;
    }
    if (!this._content.isApplication || phase !== 'stopped') {
      return;
    }
    if (problem?.code === ProblemCodes.UNKNOWN) {
      // What would be created again is no application, but a whole desktop.
      queueMicrotask(this._close);
    } else if (problem === null) {
      void this._waitForRemoval();
    }
  }

  /** Wait until the server has removed the desktop, which it does unless it restarts it. */
  private async _waitForRemoval(): Promise<void> {
    if (this._isWaiting) {
      return;
    }
    this._isWaiting = true;
    const { connection } = this._content;
    const isStopped = () => connection.status.phase === 'stopped' && !this._content.isDisposed;
    while (isStopped()) {
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
      await this._manager.refresh();
      if (isStopped() && this._manager.desktops().every(({ name }) => name !== connection.name)) {
        this._close();
      }
    }
    this._isWaiting = false;
  }

  private _isNamed = false;
  private _isWaiting = false;
}
