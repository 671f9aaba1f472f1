import { mayControl } from '../../services/status';
import { toDesktopError } from '../../services/problems';
import { translateServerText } from '../servertexts';
import { RecordingSign } from './recordingsign';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../../model';
import type { IDesktopAPI } from '../../tokens';
import type { DesktopViewer } from '../desktopviewer';
import type { ITranslation } from '../translation';

/** The time between two requests for the model while the desktop is being recorded. */
const REFRESH_INTERVAL_MS = 3000;

/** The recording of a viewer's desktop: the sign over it, and what is done with it. */
export class ViewerRecording implements IDisposable {
  constructor(options: ViewerRecording.IOptions) {
    this._options = options;
    this.viewer = options.viewer;
    this._sign = new RecordingSign({ trans: options.trans, act: action => this._act(action) });
    const { node, connection } = this.viewer;
    node.append(this._sign.node);
    connection.statusChanged.connect(this._update, this);
    this._update();
  }

  readonly viewer: DesktopViewer;

  get isDisposed(): boolean {
    return this._sign.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    clearInterval(this._timer);
    this.viewer.connection.statusChanged.disconnect(this._update, this);
    this._sign.dispose();
  }

  /** Whether the desktop is being recorded. */
  get isOn(): boolean {
    return this._recording !== null;
  }

  /** Whether the viewer may record the desktop now, and stop that. */
  get canAct(): boolean {
    const { isInvited, api } = this._options;
    const { status } = this.viewer.connection;
    return !isInvited && api.route === 'extension' && status.connected && mayControl(status);
  }

  /** Record into a new file of Jupyter's tree; reject with the server's reason. */
  async start(path: string): Promise<void> {
    await this._options.api.startRecording(this._name, path);
    await this.viewer.connection.refresh();
  }

  /** End the recording; its file is told by `ended`. */
  stop(): Promise<void> {
    return this._act('stop');
  }

  private async _act(action: RecordingSign.Action): Promise<void> {
    const { api, ended, trans } = this._options;
    try {
      if (action === 'stop') {
        ended(this._name, await api.stopRecording(this._name));
      } else {
        await api.pauseRecording(this._name, action === 'pause');
      }
    } catch (error) {
      const { message } = toDesktopError(error);
      this.viewer.notice.show(translateServerText(message, trans), true);
    }
    await this.viewer.connection.refresh();
  }

  private _update(): void {
    const recording = this.viewer.connection.status.model?.recording ?? null;
    const wasOn = this.isOn;
    this._recording = recording;
    this._sign.update(recording, this.canAct);
    if (wasOn === this.isOn) {
      return;
    }
    clearInterval(this._timer);
    if (this.isOn) {
      this._timer = setInterval(() => this._refresh(), REFRESH_INTERVAL_MS);
    } else if (!this._options.isInvited) {
      void this._tellEnd();
    }
    this._options.changed?.();
  }

  private _refresh(): void {
    if (!document.hidden) {
      void this.viewer.connection.refresh();
    }
  }

  private async _tellEnd(): Promise<void> {
    const { api, ended } = this._options;
    try {
      const { last } = await api.recording(this._name);
      if (last !== null && !this.isDisposed) {
        ended(this._name, last);
      }
    } catch {
      // The desktop was removed, or the server is gone.
    }
  }

  private get _name(): string {
    return this.viewer.connection.name;
  }

  private readonly _options: ViewerRecording.IOptions;
  private readonly _sign: RecordingSign;
  private _recording: Desktop.IRecording | null = null;
  private _timer: ReturnType<typeof setInterval> | undefined;
}

export namespace ViewerRecording {
  export interface IOptions {
    viewer: DesktopViewer;
    api: IDesktopAPI;
    trans: ITranslation;
    /** Whether the viewer has come by an invitation. */
    isInvited: boolean;
    /** Called when a recording has ended, maybe more than once with the same one. */
    ended: (desktop: string, recording: Desktop.IEndedRecording) => void;
    /** Called when a recording has begun or ended. */
    changed?: () => void;
  }
}
