import { mayControl } from '../services/status';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { ITranslation } from './translation';

/** Says over the desktop who else sees it, or that this viewer may only look. */
export class ViewersBanner implements IDisposable {
  constructor(options: ViewersBanner.IOptions) {
    this._trans = options.trans;
    this.node = document.createElement('div');
    this.node.className = 'jp-Desktop-viewers';
    this.node.hidden = true;
    this._text = document.createElement('span');
    this._text.setAttribute('role', 'status');
    this.node.append(this._text);
    if (options.manage !== undefined) {
      this._button = document.createElement('button');
      this._button.className = 'jp-mod-styled jp-mod-minimal';
      this._button.textContent = this._trans.__('Manage…');
      this._button.addEventListener('click', options.manage);
      this.node.append(this._button);
    }
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.node.remove();
  }

  update(status: Desktop.IStatus): void {
    if (this._isDisposed) {
      return;
    }
    const canControl = mayControl(status);
    const text = !status.connected ? '' : canControl ? this._othersText(status) : this._trans.__('View only');
    if (this._text.textContent !== text) {
      this._text.textContent = text;
    }
    this.node.hidden = text === '';
    if (this._button !== null) {
      this._button.hidden = !canControl;
    }
  }

  private _othersText(status: Desktop.IStatus): string {
    const others = othersOf(status);
    const canControl = ({ rights }: Desktop.IViewer) => rights.includes('keys') || rights.includes('pointer');
    const controlling = namesOf(others.filter(canControl));
    const viewing = namesOf(others.filter(viewer => !canControl(viewer)));
    const trans = this._trans;
    const sentences = [
      controlling.length === 1 && trans.__('%1 is controlling this desktop.', controlling[0]),
      controlling.length > 1 && trans.__('%1 are controlling this desktop.', controlling.join(', ')),
      viewing.length === 1 && trans.__('%1 is viewing this desktop.', viewing[0]),
      viewing.length > 1 && trans.__('%1 are viewing this desktop.', viewing.join(', '))
    ];
    return sentences.filter(Boolean).join(' ');
  }

  private readonly _trans: ITranslation;
  private readonly _text: HTMLElement;
  private readonly _button: HTMLButtonElement | null = null;
  private _isDisposed = false;
}

/** Return each user once. */
function namesOf(viewers: readonly Desktop.IViewer[]): string[] {
  return [...new Set(viewers.map(({ user }) => user.name || user.username))];
}

/** Return the connections of other users, and those that came by an invitation. */
export function othersOf({ model, connectionId }: Desktop.IStatus): Desktop.IViewer[] {
  const viewers = model?.viewers ?? [];
  const own = viewers.find(({ id }) => id === connectionId)?.user.username;
  return viewers.filter(
    ({ id, user, invited }) => id !== connectionId && (invited || (own !== undefined && user.username !== own))
  );
}

export namespace ViewersBanner {
  export interface IOptions {
    trans: ITranslation;
    /** Opens the dialog about the desktop's viewers; without it, there is no button. */
    manage?: () => void;
  }
}
