import { Signal } from '@lumino/signaling';

import { Activity } from './activity';
import { DesktopInput } from './desktopinput';
import { FullScreen } from './fullscreen';
import { LastFrame } from './lastframe';
import { Notice } from './notice';
import { ProblemCodes } from '../services/problems';
import { DEFAULT_INPUT } from './inputsettings';
import { mayControl, takesKeys } from '../services/status';
import { detectFullChroma, qualityFor, AUTOMATIC_QUALITY } from './quality';
import { Monitor } from './monitor';
import { ProgramsBar } from './programsbar';
import { loadNoVNC, RfbClient } from './rfb';
import { ScreenSize } from './screensize';
import { StatusView } from './statusview';
import { ViewersBanner } from './viewersbanner';
import { StopWarning } from './warning';

import type { IDisposable } from '@lumino/disposable';
import type { IQualitySettings } from './quality';
import type { IDesktopConnection } from '../tokens';
import type { IViewerOptions, IViewerSettings } from './vieweroptions';

/**
 * Shows one desktop in an element, with its status over it while it is not live.
 *
 * JupyterLab's panel and the plain page both use it.
 */
export class DesktopViewer implements IDisposable {
  constructor(options: DesktopViewer.IOptions) {
    this.connection = options.connection;
    this.node = options.node;
    this._quality = options.settings?.quality ?? AUTOMATIC_QUALITY;
    this.node.classList.add('jp-Desktop');
    this.node.dataset.desktop = this.connection.name;
    this._target = document.createElement('div');
    this._target.className = 'jp-Desktop-screen';
    this._lastFrame = new LastFrame(this._target);
    this._view = new StatusView({
      trans: options.trans,
      actions: {
        start: () => this.connection.start(),
        retry: () => this._retry(),
        create: () => this.connection.create(),
        report: () => this.connection.report()
      }
    });
    this._warning = new StopWarning({ trans: options.trans, keep: () => void this._keep() });
    this.notice = new Notice({ trans: options.trans, closed: () => this.focus() });
    this._viewers = new ViewersBanner({ trans: options.trans, manage: options.manage });
    this.node.append(this._target, this._view.node, this._viewers.node, this._warning.node, this.notice.node);
    this._programs = new ProgramsBar({ ...options, notify: message => this.notice.show(message, true) });
    this.fullScreen = new FullScreen({ node: this.node });
    this.input = new DesktopInput({
      node: this.node,
      target: this._target,
      trans: options.trans,
      client: () => this._client,
      channel: this.connection.clipboard,
      allows: right => this.connection.status.rights.includes(right),
      takesKeys: () => takesKeys(this.connection.status),
      hasAllKeys: () => this.fullScreen.hasAllKeys,
      isConnected: () => this.connection.status.connected,
      settings: options.settings?.input ?? DEFAULT_INPUT,
      pointer: options.settings?.pointer,
      notify: (message, isRepeated) => this.notice.show(message, isRepeated),
      withdraw: message => this.notice.withdraw(message),
      leave: options.leave ?? (() => this.node.focus())
    });
    this.monitor = new Monitor({
      connection: this.connection,
      trans: options.trans,
      number: options.monitor,
      refused: message => this.notice.show(message, true)
    });
    this.screen = new ScreenSize({
      node: this.node,
      target: this._target,
      connection: this.connection,
      monitor: this.monitor,
      client: () => this._client,
      settings: options.settings?.screen
    });
    window.addEventListener('online', this);
    window.addEventListener('focus', this);
    document.addEventListener('visibilitychange', this);
    this._target.addEventListener('click', this, { capture: true, passive: true });
    // Has it prevented the stop that the warning announces?
    this._activity = new Activity({
      target: this._target,
      isWatched: () => this._warning.isShown && this.connection.status.connected,
      noticed: () => void this.connection.refresh()
    });
    this.connection.statusChanged.connect(this._onStatus, this);
    this.connection.socketOpened.connect(this._onSocket, this);
    this._onStatus();
    void detectFullChroma().then(() => this._updateQuality());
  }

  readonly connection: IDesktopConnection;
  readonly node: HTMLElement;
  readonly fullScreen: FullScreen;
  readonly input: DesktopInput;
  readonly monitor: Monitor;
  readonly screen: ScreenSize;
  readonly notice: Notice;

  /** The client of the newest connection. */
  get client(): RfbClient | null {
    return this._client;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    window.removeEventListener('online', this);
    window.removeEventListener('focus', this);
    document.removeEventListener('visibilitychange', this);
    this._target.removeEventListener('click', this, { capture: true });
    this._activity.dispose();
    this.screen.dispose();
    this.monitor.dispose();
    this.input.dispose();
    this._client?.dispose();
    this.fullScreen.dispose();
    this._view.dispose();
    this._viewers.dispose();
    this._programs.dispose();
    this._warning.dispose();
    this.notice.dispose();
    Signal.clearData(this);
  }

  /**
   * Whether the element is visible, if the page is. While hidden, it does not reconnect or resize the desktop, and after
   * some time it disconnects.
   */
  set visible(value: boolean) {
    this._visible = value;
    this.connection.paused = !value || document.hidden;
    this.screen.visible = value;
  }

  /** Focus the desktop, or the button of its status. */
  focus(): void {
    if (this._client !== null && this.connection.status.connected) {
      this.input.focus();
    } else {
      (this._view.node.querySelector('button') ?? this.node).focus({ preventScroll: true });
    }
  }

  applySettings({ quality, screen, input, pointer }: Partial<IViewerSettings>): void {
    this.input.settings = input ?? this.input.settings;
    this.input.pointer.settings = pointer ?? this.input.pointer.settings;
    this._quality = quality ?? this._quality;
    this._updateQuality();
    if (screen !== undefined) {
      this.screen.apply(screen);
    }
  }

  private _updateQuality(): void {
    this._client?.applyQuality(qualityFor(this._quality, this.connection.status.model));
  }

  handleEvent(event: Event): void {
    if (event.currentTarget === window) {
      this.connection.wake();
    } else if (event.currentTarget === document) {
      this.visible = this._visible;
    } else {
      this._onClick();
    }
  }

  /** Reconnect with a click on the last frame, if the desktop was disconnected as idle. */
  private _onClick(): void {
    if (this.connection.status.problem?.code === ProblemCodes.IDLE) {
      this._retry();
    }
  }

  private _retry(): void {
    this.connection.reconnect();
    if (this._warning.isShown) {
      // Reconnecting counts as activity.
      void this._keep();
    }
  }

  private async _keep(): Promise<void> {
    await this.connection.keep();
    this.focus();
  }

  private _onStatus(): void {
    const { phase, connected, problem } = this.connection.status;
    Object.assign(this.node.dataset, { phase, connected: String(connected), problem: problem?.code ?? '' });
    if (!connected && this._client !== null && this._painted) {
      this._painted = false;
      this._client.settle();
      this._lastFrame.keep(this._client.canvas);
    }
    if (['stopped', 'failed', 'running-elsewhere'].includes(phase)) {
      this._lastFrame.drop();
    }
    this._updateRights();
    this._updateView();
  }

  /** Apply what the connection may do; the server enforces it. */
  private _updateRights(): void {
    this.node.classList.toggle('jp-mod-viewOnly', !mayControl(this.connection.status));
    if (this._client !== null) {
      this._client.viewOnly = !mayControl(this.connection.status);
      this._client.label = this.monitor.screenLabel;
    }
    this.screen.update();
    this.input.pointer.update();
    this._viewers.update(this.connection.status);
  }

  private _onSocket(_: IDesktopConnection, socket: WebSocket): void {
    this._client?.dispose();
    this._painted = false;
    const client = new RfbClient({
      target: this._target,
      socket,
      resizeSession: this.screen.isResizedThroughRFB,
      screen: this.screen,
      quality: qualityFor(this._quality, this.connection.status.model)
    });
    this._client = client;
    client.viewOnly = !mayControl(this.connection.status);
    client.label = this.monitor.screenLabel;
    client.connected.connect(() => this._onConnected());
    client.painted.connect(() => this._onPainted());
    client.announced.connect((_, forms) => void this.input.clipboard.announce(forms));
    client.copied.connect((_, text) => void this.input.clipboard.receive(text));
  }

  private _onConnected(): void {
    const hadFocus = this.node.contains(document.activeElement);
    this.connection.handshakeDone();
    this.screen.connected();
    if (hadFocus) {
      this.input.focus();
    }
  }

  private _onPainted(): void {
    this._painted = true;
    this._lastFrame.drop();
    this._updateView();
  }

  private _updateView(): void {
    const { status } = this.connection;
    const live = status.connected && this._painted;
    const { stops_at = null, phase = 'stopped' } = status.model ?? {};
    this._warning.update(phase === 'running' && status.phase !== 'stopped' ? stops_at : null);
    this.node.classList.toggle('jp-mod-live', live);
    if (live) {
      this._view.clear();
    } else {
      this._view.update(status);
    }
  }

  private readonly _target: HTMLElement;
  private readonly _view: StatusView;
  private readonly _lastFrame: LastFrame;
  private readonly _viewers: ViewersBanner;
  private readonly _programs: ProgramsBar;
  private readonly _warning: StopWarning;
  private readonly _activity: Activity;
  private _quality: IQualitySettings;
  private _client: RfbClient | null = null;
  private _painted = false;
  private _visible = true;
  private _isDisposed = false;
}

export namespace DesktopViewer {
  export type IOptions = IViewerOptions;

  /** Load the code that a connection needs before it opens a socket. */
  export const prepare = (): Promise<void> => {
    void detectFullChroma();
    return loadNoVNC();
  };
}
