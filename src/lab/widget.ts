import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { desktopIcon } from './icons';
import { DesktopScreen } from '../viewer/screen';
import { nameFor, titleOf } from '../viewer/titles';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import type { IQualityChoice } from '../viewer/quality';
import type { DesktopSession } from '../services/connection';

/** A desktop as a Lumino widget, which owns its session. */
export class DesktopWidget extends Widget {
  constructor(options: DesktopWidget.IOptions) {
    super();
    this._trans = options.trans;
    this._ownTitle = options.title ?? '';
    this.view = options.view ?? 1;
    this.session = options.session;
    this.node.tabIndex = -1;
    this.screen = new DesktopScreen({
      session: options.session,
      node: this.node,
      trans: options.trans,
      quality: options.quality
    });
    this.screen.visible = false;
    this.title.icon = desktopIcon;
    this.title.closable = true;
    this.session.statusChanged.connect(this._updateTitle, this);
    this._updateTitle();
  }

  readonly session: DesktopSession;
  readonly screen: DesktopScreen;

  /** Tells the panels apart that show the same desktop: 1, 2, … */
  readonly view: number;

  /** The title that a person gave it; empty where nobody did. */
  get ownTitle(): string {
    return this._ownTitle;
  }
  set ownTitle(value: string) {
    if (value !== this._ownTitle) {
      this._ownTitle = value;
      this._updateTitle();
      this._renamed.emit();
    }
  }

  /** Emitted when a person gave it another title. */
  get renamed(): ISignal<this, void> {
    return this._renamed;
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.screen.dispose();
    this.session.dispose();
    super.dispose();
  }

  protected override onAfterAttach(_: Message): void {
    this.screen.visible = this.isVisible;
  }

  protected override onAfterShow(_: Message): void {
    this.screen.visible = this.isVisible;
  }

  /** Hiding and moving keep the connection; without a size of its own, the picture isn't resized. */
  protected override onBeforeHide(_: Message): void {
    this.screen.visible = false;
  }

  protected override onBeforeDetach(_: Message): void {
    this.screen.visible = false;
  }

  protected override onActivateRequest(_: Message): void {
    this.screen.focus();
  }

  private _updateTitle(): void {
    const { status, name } = this.session;
    const label = titleOf(this._ownTitle || nameFor(name, this._trans), status, this._trans);
    const phase = status.connected ? 'running' : status.phase;
    this.title.label = label;
    this.title.className = `jp-Desktop-tab jp-mod-${phase}`;
    this.title.caption = this._caption(label);
  }

  private _caption(label: string): string {
    const { model } = this.session.status;
    if (model === null) {
      return label;
    }
    const trans = this._trans;
    const lines = [label, trans.__('Name: %1', model.name), trans.__('Backend: %1', model.backend)];
    if (model.session) {
      lines.push(trans.__('Session: %1', model.session));
    }
    if (model.display) {
      lines.push(trans.__('Display: %1', model.display));
    }
    if (!window.isSecureContext) {
      lines.push(
        trans.__('This page came without https: no shared clipboard, no H.264, and keys of the browser stay with it.')
      );
    }
    return lines.join('\n');
  }

  private readonly _trans: TranslationBundle;
  private readonly _renamed = new Signal<this, void>(this);
  private _ownTitle: string;
}

export namespace DesktopWidget {
  export interface IOptions {
    session: DesktopSession;
    trans: TranslationBundle;
    quality?: IQualityChoice;
    view?: number;
    /** A title that a person gave it. */
    title?: string;
  }
}
