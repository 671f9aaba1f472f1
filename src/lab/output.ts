import { Widget } from '@lumino/widgets';

import { DesktopViewer } from '../viewer/desktopviewer';

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import type { IViewerSettings } from '../viewer/vieweroptions';
import type { IDesktopConnection, IDesktopManager } from '../tokens';

/** What an output says of a desktop: its name, and its size in pixels at that time. */
export const DESKTOP_MIME_TYPE = 'application/vnd.jupyter-vnc-proxy.desktop+json';

const PICTURE_MIME_TYPE = 'image/png';

interface IDesktopData {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** A desktop in the output of a notebook's cell: live while it runs, else the picture that the output has, too. */
export class DesktopOutput extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly _options: DesktopOutput.IOptions) {
    super();
    this.addClass('jp-DesktopOutput');
    this.node.append(this._picture);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = readData(model.data[DESKTOP_MIME_TYPE]);
    const picture = model.data[PICTURE_MIME_TYPE];
    this._close();
    this._picture.src = typeof picture === 'string' ? `data:${PICTURE_MIME_TYPE};base64,${picture}` : '';
    this._picture.hidden = typeof picture !== 'string';
    if (data === null) {
      return;
    }
    this._picture.alt = this._options.trans.__('The desktop %1', data.name);
    this.node.style.maxWidth = `${data.width}px`;
    this.node.style.aspectRatio = `${data.width} / ${data.height}`;
    if (await this._runs(data.name)) {
      this._open(data.name);
    }
  }

  override dispose(): void {
    this._close();
    super.dispose();
  }

  protected override onAfterAttach(_: Message): void {
    this._updateVisible();
  }

  protected override onAfterShow(_: Message): void {
    this._updateVisible();
  }

  protected override onBeforeHide(_: Message): void {
    this._setVisible(false);
  }

  protected override onBeforeDetach(_: Message): void {
    this._setVisible(false);
  }

  private async _runs(name: string): Promise<boolean> {
    try {
      return (await this._options.manager.api.get(name)).phase === 'running';
    } catch {
      return false; // such as in a notebook that was saved long ago; there is the picture
    }
  }

  private _open(name: string): void {
    if (this.isDisposed || this._viewer !== null) {
      return;
    }
    const settings = this._options.settings(name);
    const node = document.createElement('div');
    node.tabIndex = -1;
    this.node.append(node);
    const connection = this._options.manager.connectTo(name);
    this._viewer = new DesktopViewer({
      connection,
      node,
      trans: this._options.trans,
      settings: { ...settings, screen: { ...settings.screen, scaling: 'fit' } }
    });
    connection.statusChanged.connect(this._onStatus, this);
    this._updateVisible();
    connection.attach();
  }

  /** The picture is back once the desktop has ended. */
  private _onStatus({ status }: IDesktopConnection): void {
    if (status.phase === 'stopped' || status.phase === 'failed') {
      queueMicrotask(() => this._close());
    }
  }

  private _close(): void {
    const viewer = this._viewer;
    this._viewer = null;
    if (viewer !== null) {
      viewer.connection.dispose();
      viewer.dispose();
      viewer.node.remove();
    }
  }

  private _updateVisible(): void {
    this._setVisible(this.isVisible);
  }

  private _setVisible(isVisible: boolean): void {
    if (this._viewer !== null) {
      this._viewer.visible = isVisible;
    }
  }

  private readonly _picture = document.createElement('img');
  private _viewer: DesktopViewer | null = null;
}

export namespace DesktopOutput {
  export interface IOptions {
    manager: IDesktopManager;
    trans: TranslationBundle;
    /** Returns the user's settings for a desktop. */
    settings: (name: string) => IViewerSettings;
  }
}

/** Return the data of an output, which a notebook may have from anywhere; null if it is not of this form. */
function readData(value: unknown): IDesktopData | null {
  const data = value as Partial<IDesktopData> | null | undefined;
  const isSize = (size: unknown) => typeof size === 'number' && size > 0;
  const isData = typeof data?.name === 'string' && isSize(data.width) && isSize(data.height);
  return isData ? (data as IDesktopData) : null;
}
