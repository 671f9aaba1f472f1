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
    const mayControl = status.rights.includes('keys');
    const text = !status.connected ? '' : mayControl ? this._othersText(status) : this._trans.__('View only');
    if (this._text.textContent !== text) {
      this._text.textContent = text;
    }
    this.node.hidden = text === '';
    if (this._button !== null) {
      this._button.hidden = !mayControl;
    }
  }

  private _othersText(status: Desktop.IStatus): string {
    const others = othersOf(status);
    const controlling = others.filter(({ rights }) => rights.includes('keys'));
    const named = controlling.length > 0 ? controlling : others;
    const names = [...new Set(named.map(({ user }) => user.name || user.username))].join(', ');
    if (named.length === 0) {
      return '';
    }
    return controlling.length > 0
      ? this._trans.__('Controlled by %1, too.', names)
      : this._trans.__('Viewed by %1.', names);
  }

  private readonly _trans: ITranslation;
  private readonly _text: HTMLElement;
  private readonly _button: HTMLButtonElement | null = null;
  private _isDisposed = false;
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
