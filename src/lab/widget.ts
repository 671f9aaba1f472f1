import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { desktopIcon } from './icons';
import { DesktopViewer } from '../viewer/desktopviewer';
import { DesktopSound } from '../viewer/sound/desktopsound';
import { MicrophoneSign } from '../viewer/sound/microphonesign';
import { storedVolume, storeVolume } from '../viewer/sound/storedvolume';
import { ViewerStatistics } from '../viewer/statistics/viewerstatistics';
import { titleWithStatus } from '../viewer/titles';
import { DEFAULT_VOLUME } from '../viewer/vieweroptions';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import type { IViewerSettings } from '../viewer/vieweroptions';
import type { IDesktopAPI, IDesktopConnection, IDesktopWidget } from '../tokens';

/** A Lumino widget that shows a desktop; it disposes its connection. */
export class DesktopWidget extends Widget implements IDesktopWidget {
  constructor(options: DesktopWidget.IOptions) {
    super();
    this._trans = options.trans;
    this._customTitle = options.title ?? '';
    this.view = options.view ?? 1;
    this.isApplication = options.isApplication ?? false;
    this.connection = options.connection;
    this.node.tabIndex = -1;
    this.viewer = new DesktopViewer({
      connection: options.connection,
      node: this.node,
      trans: options.trans,
      settings: options.settings,
      monitor: options.monitor,
      manage: options.manage,
      leave: () => this._leave()
    });
    this.statistics = new ViewerStatistics(this.viewer, options.trans);
    this.statistics.overlay.isShown = options.settings?.showStatistics ?? false;
    this._volumeSetting = options.settings?.volume ?? DEFAULT_VOLUME;
    this.sound = new DesktopSound({
      connection: options.connection,
      api: options.api,
      trans: options.trans,
      volume: storedVolume(options.connection.name) ?? this._volumeSetting,
      remember: volume => storeVolume(options.connection.name, volume),
      notify: message => this.viewer.notice.show(message, true)
    });
    this._microphoneSign = new MicrophoneSign(this.sound, options.trans);
    this.node.append(this._microphoneSign.node);
    this.viewer.visible = false;
    this.title.icon = desktopIcon;
    this.title.closable = true;
    this.connection.statusChanged.connect(this._updateTitle, this);
    this._updateTitle();
  }

  readonly connection: IDesktopConnection;
  readonly viewer: DesktopViewer;
  readonly statistics: ViewerStatistics;
  readonly sound: DesktopSound;

  readonly view: number;

  /** Whether the desktop is for one application, as far as it is known. */
  isApplication: boolean;

  /** The title of a tab that the user has given no other. */
  get usualTitle(): string {
    return this.viewer.monitor.title;
  }

  get customTitle(): string {
    return this._customTitle;
  }
  set customTitle(value: string) {
    if (value !== this._customTitle) {
      this._customTitle = value;
      this._updateTitle();
      this._renamed.emit();
    }
  }

  /** The number of the desktop's monitor that the panel is; 0 if it shows the whole desktop. */
  get monitor(): number {
    return this.viewer.monitor.number;
  }
  set monitor(value: number) {
    this.viewer.monitor.number = value;
    this._updateTitle();
    this._monitorChanged.emit();
  }

  get monitorChanged(): ISignal<this, void> {
    return this._monitorChanged;
  }

  get renamed(): ISignal<this, void> {
    return this._renamed;
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.statistics.dispose();
    this._microphoneSign.dispose();
    this.sound.dispose();
    // First: it says that the viewer leaves; noVNC would close the socket without a word.
    this.connection.dispose();
    this.viewer.dispose();
    super.dispose();
  }

  /** Apply changed settings. */
  applySettings(settings: IViewerSettings): void {
    this.viewer.applySettings(settings);
    this.statistics.overlay.isShown = settings.showStatistics;
    // What was chosen at the speaker stays when another setting changes.
    if (settings.volume !== this._volumeSetting) {
      this._volumeSetting = settings.volume;
      this.sound.volume = settings.volume;
      this.sound.remember();
    }
  }

  protected override onAfterAttach(_: Message): void {
    // The panel around it has named it after itself.
    this._updateTitle();
    this.viewer.visible = this.isVisible;
  }

  protected override onAfterShow(_: Message): void {
    this.viewer.visible = this.isVisible;
  }

  /** A hidden or detached widget keeps its connection, but does not resize the desktop. */
  protected override onBeforeHide(_: Message): void {
    this.viewer.visible = false;
  }

  protected override onBeforeDetach(_: Message): void {
    this.viewer.visible = false;
  }

  protected override onActivateRequest(_: Message): void {
    this.viewer.focus();
  }

  /** Give the keyboard's focus to the panel's toolbar. */
  private _leave(): void {
    const bar = this.parent?.node.querySelector<HTMLElement>('.jp-Toolbar :is(jp-button, button)');
    (bar ?? this.node).focus();
  }

  private _updateTitle(): void {
    const { status } = this.connection;
    const label = titleWithStatus(this._customTitle || this.usualTitle, status, this._trans);
    const phase = status.connected ? 'running' : status.phase;
    this.title.label = label;
    this.node.setAttribute('aria-label', this._customTitle || this.usualTitle);
    this.title.className = `jp-Desktop-tab jp-mod-${phase}`;
    this.title.caption = this._caption(label);
  }

  private _caption(label: string): string {
    const { model } = this.connection.status;
    if (model === null) {
      return label;
    }
    const trans = this._trans;
    const lines = [label, trans.__('Name: %1', model.name), trans.__('Backend: %1', model.backend)];
    const { position } = this.viewer.monitor;
    if (position > 0) {
      lines.push(trans.__('Monitor: %1', position));
    }
    if (model.session) {
      lines.push(trans.__('Session: %1', model.session));
    }
    if (model.display) {
      lines.push(trans.__('Display: %1', model.display));
    }
    if (!window.isSecureContext) {
      lines.push(trans.__('This page is not secure (https): no H.264, and the browser keeps its keyboard shortcuts.'));
    }
    return lines.join('\n');
  }

  private readonly _trans: TranslationBundle;
  private readonly _microphoneSign: MicrophoneSign;
  private readonly _renamed = new Signal<this, void>(this);
  private readonly _monitorChanged = new Signal<this, void>(this);
  private _customTitle: string;
  private _volumeSetting: number;
}

export namespace DesktopWidget {
  export interface IOptions {
    connection: IDesktopConnection;
    api: IDesktopAPI;
    trans: TranslationBundle;
    settings?: IViewerSettings;
    /** Opens the dialog about the desktop's viewers. */
    manage?: () => void;
    view?: number;
    /** The number of the desktop's monitor that the panel is, if it is one. */
    monitor?: number;
    /** Whether the desktop is for one application. */
    isApplication?: boolean;
    /** The title that the user chose for the tab. */
    title?: string;
  }
}
