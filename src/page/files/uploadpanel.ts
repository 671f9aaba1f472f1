import { element } from '../../viewer/sharing/element';
import { openDialog } from '../dialog';

import type { IProgressView } from '../../viewer/files/uploadprogress';
import type { IUploadResult } from '../../viewer/files/uploadtexts';
import type { ITranslation } from '../../viewer/translation';

/** The time that a result stays unless something has failed; it covers a part of the desktop. */
const DURATION_MS = 15 * 1000;

/** Something to do once an upload has ended. */
export interface IUploadAction {
  readonly label: string;
  readonly act: () => void;
}

/** Says over the desktop how far an upload is, and how it has ended. */
export class UploadPanel implements IProgressView {
  constructor(private readonly _options: UploadPanel.IOptions) {
    this._cancel = this._button(_options.trans.__('Cancel'), () => this._cancelUpload?.());
    this._text.setAttribute('role', 'status');
    this._node.append(this._text, this._cancel);
  }

  show(message: string, cancel: (() => void) | null): void {
    this._cancelUpload = cancel;
    this._cancel.hidden = cancel === null;
    this._show(message);
  }

  hide(): void {
    this._node.remove();
  }

  /** Say how the upload has ended; `actions` are offered unless it was cancelled. */
  report({ kind, message, details }: IUploadResult, actions: readonly IUploadAction[] = []): void {
    const { trans } = this._options;
    const buttons =
      kind === 'cancelled' ? [] : actions.map(({ label, act }) => this._button(label, () => this._end(act)));
    if (details !== null) {
      buttons.unshift(this._button(trans.__('Details'), () => this._showDetails(details)));
    }
    this._text.setAttribute('role', kind === 'failed' ? 'alert' : 'status');
    this._node.classList.toggle('jp-mod-failed', kind === 'failed');
    this._node.replaceChildren(
      this._text,
      ...buttons,
      this._button(trans.__('Close'), () => this._end())
    );
    this._show(message);
    if (kind !== 'failed') {
      setTimeout(() => this.hide(), DURATION_MS);
    }
  }

  private _show(message: string): void {
    if (!this._node.isConnected) {
      this._options.parent.append(this._node);
    }
    this._text.textContent = message;
  }

  private _end(act?: () => void): void {
    this.hide();
    act?.();
    this._options.closed();
  }

  private _showDetails(details: string): void {
    const { trans, closed } = this._options;
    const close = element('button', 'jp-mod-styled jp-mod-accept jp-Desktop-close', trans.__('Close'));
    const dialog = openDialog(trans.__('Upload'), element('p', 'jp-Desktop-dialogText', details), close);
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', closed);
  }

  private _button(label: string, act: () => void): HTMLButtonElement {
    const button = element('button', 'jp-mod-styled jp-mod-minimal', label);
    button.addEventListener('click', act);
    return button;
  }

  private readonly _node = element('div', 'jp-Desktop-upload');
  private readonly _text = element('span');
  private readonly _cancel: HTMLButtonElement;
  private _cancelUpload: (() => void) | null = null;
}

export namespace UploadPanel {
  export interface IOptions {
    /** The element that gets the panel, below those of other uploads. */
    parent: HTMLElement;
    trans: ITranslation;
    /** Called when the user is done with the panel, or with a dialog of it. */
    closed: () => void;
  }
}
