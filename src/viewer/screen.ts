import { Signal } from '@lumino/signaling';

import { ClipboardBridge, clipboardWords } from './clipboard';
import { FullScreen } from './fullscreen';
import { Notice } from './notice';
import { ProblemCodes } from '../services/problems';
import { checkFullColour, qualityFor, UNCHOSEN } from './quality';
import { loadClient, RemoteScreen } from './rfb';
import { StatusView } from './statusview';
import { StopWarning } from './warning';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { IQualityChoice } from './quality';
import type { DesktopSession } from '../services/connection';

/** What people do with a desktop, as far as it is seen here. */
const ACTIVITY = ['keydown', 'pointerdown', 'pointermove', 'wheel'];

/** How long after that the server knows of it, in milliseconds. */
const ACTIVITY_PAUSE = 1500;

/**
 * One desktop in one element: the picture, and above it what there is to say when it isn't live.
 *
 * JupyterLab's panel and the plain page both host it.
 */
export class DesktopScreen implements IDisposable {
  constructor(options: DesktopScreen.IOptions) {
    this.session = options.session;
    this.node = options.node;
    this._quality = options.quality ?? UNCHOSEN;
    this.node.classList.add('jp-Desktop');
    this.node.dataset.desktop = this.session.name;
    // Keys typed here are the desktop's, not shortcuts of JupyterLab.
    this.node.dataset.lmSuppressShortcuts = 'true';
    this._target = document.createElement('div');
    this._target.className = 'jp-Desktop-screen';
    this._view = new StatusView({
      trans: options.trans,
      actions: {
        start: () => this.session.start(),
        retry: () => this._retry(),
        create: () => this.session.create(),
        report: () => this.session.report()
      }
    });
    this._warning = new StopWarning({ trans: options.trans, keep: () => void this._keep() });
    this._notice = new Notice({ trans: options.trans, closed: () => this.focus() });
    this.node.append(this._target, this._view.node, this._warning.node, this._notice.node);
    this.fullScreen = new FullScreen({ node: this.node });
    this._clipboard = new ClipboardBridge({
      node: this._target,
      put: text => this._remote?.putClipboard(text),
      failed: reason => this._notice.tell(clipboardWords(reason, options.trans))
    });
    this._observer = new ResizeObserver(() => this._fit());
    this._observer.observe(this._target);
    for (const type of ['online', 'focus']) {
      window.addEventListener(type, this);
    }
    for (const type of [...ACTIVITY, 'click']) {
      this._target.addEventListener(type, this, { capture: true, passive: true });
    }
    this.session.statusChanged.connect(this._onStatus, this);
    this.session.socketOpened.connect(this._onSocket, this);
    this._onStatus();
    void checkFullColour().then(() => this._updateQuality());
  }

  readonly session: DesktopSession;
  readonly node: HTMLElement;
  readonly fullScreen: FullScreen;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    for (const type of ['online', 'focus']) {
      window.removeEventListener(type, this);
    }
    for (const type of [...ACTIVITY, 'click']) {
      this._target.removeEventListener(type, this, { capture: true });
    }
    clearTimeout(this._activity);
    this._observer.disconnect();
    this._remote?.dispose();
    this._clipboard.dispose();
    this.fullScreen.dispose();
    this._view.dispose();
    this._warning.dispose();
    this._notice.dispose();
    Signal.clearData(this);
  }

  /** Whether people can see it; hidden, it neither reconnects nor takes a size. */
  set visible(value: boolean) {
    this._visible = value;
    this.session.paused = !value;
    this._updateResizing();
    this._fit();
  }

  /** Give the keyboard to the desktop, or to the button there is. */
  focus(): void {
    if (this._remote !== null && this.session.status.connected) {
      this._remote.focus();
    } else {
      (this._view.node.querySelector('button') ?? this.node).focus({ preventScroll: true });
    }
  }

  sendCtrlAltDel(): void {
    this._remote?.sendCtrlAltDel();
    this._remote?.focus();
  }

  applyQuality(quality: IQualityChoice): void {
    this._quality = quality;
    this._updateQuality();
  }

  private _updateQuality(): void {
    this._remote?.applyQuality(qualityFor(this._quality, this.session.status.model));
  }

  handleEvent(event: Event): void {
    if (event.currentTarget === window) {
      this.session.wake();
    } else if (event.type === 'click') {
      this._resume();
    } else {
      this._onActivity();
    }
  }

  /** A click on the last picture connects again where nobody had used the desktop. */
  private _resume(): void {
    if (this.session.status.problem?.code === ProblemCodes.IDLE) {
      this._retry();
    }
  }

  /** What people do keeps a desktop from being stopped; see whether it did. */
  private _onActivity(): void {
    if (this._warning.isShown && this.session.status.connected && this._activity === undefined) {
      this._activity = setTimeout(() => {
        this._activity = undefined;
        void this.session.look();
      }, ACTIVITY_PAUSE);
    }
  }

  private _retry(): void {
    this.session.reconnect();
    if (this._warning.isShown) {
      // Who wants to go on wants the desktop.
      void this._keep();
    }
  }

  private async _keep(): Promise<void> {
    await this.session.keep();
    this.focus();
  }

  private _onStatus(): void {
    const { status } = this.session;
    const { dataset } = this.node;
    dataset.phase = status.phase;
    dataset.connected = String(status.connected);
    dataset.problem = status.problem?.code ?? '';
    if (!status.connected && this._remote !== null && this._painted) {
      this._keepPicture(this._remote.canvas);
    }
    if (status.phase === 'stopped' || status.phase === 'failed') {
      this._dropPicture();
    }
    this._updateView();
  }

  private _onSocket(_: DesktopSession, socket: WebSocket): void {
    this._remote?.dispose();
    this._painted = false;
    const remote = new RemoteScreen({
      target: this._target,
      socket,
      resizeSession: this._resizes(),
      quality: qualityFor(this._quality, this.session.status.model)
    });
    this._remote = remote;
    remote.connected.connect(() => this._onConnected());
    remote.painted.connect(() => this._onPainted());
    remote.copied.connect((_, text) => void this._clipboard.copied(text));
  }

  private _onConnected(): void {
    const hadFocus = this.node.contains(document.activeElement);
    this.session.handshakeDone();
    this._fit();
    if (hadFocus) {
      this._remote?.focus();
    }
  }

  private _onPainted(): void {
    this._painted = true;
    this._dropPicture();
    this._updateView();
  }

  /** The last picture stays to be seen while its desktop may come back. */
  private _keepPicture(canvas: HTMLCanvasElement): void {
    this._painted = false;
    this._dropPicture();
    this._kept = canvas;
    canvas.dataset.kept = 'true';
    canvas.removeAttribute('style');
    this._target.append(canvas);
  }

  private _dropPicture(): void {
    this._kept?.remove();
    this._kept = null;
  }

  private _updateView(): void {
    const { status } = this.session;
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

  private _resizes(): boolean {
    return this._visible && this.session.status.model?.resize === 'rfb';
  }

  private _updateResizing(): void {
    if (this._remote !== null) {
      this._remote.resizeSession = this._resizes();
    }
  }

  /** Has the server give the desktop the target's size, where the RFB client can't. */
  private _fit(): void {
    const { status } = this.session;
    const { clientWidth: width, clientHeight: height } = this._target;
    if (this._visible && status.connected && status.model?.resize === 'rest' && width > 0 && height > 0) {
      this.session.resize({ width, height });
    }
  }

  private readonly _target: HTMLElement;
  private readonly _view: StatusView;
  private readonly _warning: StopWarning;
  private readonly _notice: Notice;
  private readonly _clipboard: ClipboardBridge;
  private readonly _observer: ResizeObserver;
  private _quality: IQualityChoice;
  private _remote: RemoteScreen | null = null;
  private _kept: HTMLElement | null = null;
  private _activity: ReturnType<typeof setTimeout> | undefined;
  private _painted = false;
  private _visible = true;
  private _isDisposed = false;
}

export namespace DesktopScreen {
  export interface IOptions {
    session: DesktopSession;
    /** The element to live in. */
    node: HTMLElement;
    trans: TranslationBundle;
    quality?: IQualityChoice;
  }

  /** What a session has to fetch before it opens a socket. */
  export const prepare = (): Promise<void> => {
    void checkFullColour();
    return loadClient();
  };
}

