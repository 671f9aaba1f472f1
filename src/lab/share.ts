import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Poll } from '@lumino/polling';
import { Widget } from '@lumino/widgets';

import { labelFor } from '../viewer/titles';
import { othersOf } from '../viewer/viewersbanner';
import { errorText } from './dialogs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Desktop } from '../model';
import type { IDesktopAPI, IDesktopConnection } from '../tokens';

/** The time between two requests while the dialog is open. */
const POLL_INTERVAL_MS = 3000;

const HOUR_SECONDS = 3600;

/** Show the dialog that shares a desktop: invitations, connected viewers, and taking back control. */
export async function showShare(
  connection: IDesktopConnection,
  api: IDesktopAPI,
  trans: TranslationBundle
): Promise<void> {
  const body = new ShareBody({ connection, api, trans });
  await showDialog({
    title: trans.__('Share %1', labelFor(connection.name, trans)),
    body,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
  body.dispose();
}

/** The contents of the dialog. */
export class ShareBody extends Widget {
  constructor(options: ShareBody.IOptions) {
    super();
    this.addClass('jp-Desktop-share');
    this._connection = options.connection;
    this._api = options.api;
    this._trans = options.trans;
    this._access = this._select(options.trans.__('Access'), [
      ['see', options.trans.__('Look only')],
      ['control', options.trans.__('Control')]
    ]);
    this._duration = this._select(options.trans.__('Duration'), [
      [String(HOUR_SECONDS), options.trans.__('1 hour')],
      [String(8 * HOUR_SECONDS), options.trans.__('8 hours')],
      [String(24 * HOUR_SECONDS), options.trans.__('1 day')],
      [String(7 * 24 * HOUR_SECONDS), options.trans.__('7 days')]
    ]);
    this._link.readOnly = true;
    this._link.hidden = true;
    this._link.className = 'jp-mod-styled jp-Desktop-shareLink';
    this._link.setAttribute('aria-label', options.trans.__('Link'));
    this._message.setAttribute('role', 'status');
    this.node.append(
      text('p', options.trans.__('The link works for users who can reach this Jupyter server.')),
      this._access.label,
      this._duration.label,
      this._button(options.trans.__('Copy New Link'), () => this._invite()),
      this._link,
      this._message,
      this._lists
    );
    this._poll = new Poll({
      factory: () => this._refresh(),
      frequency: { interval: POLL_INTERVAL_MS, backoff: true },
      name: 'jupyter-vnc-proxy:ShareBody'
    });
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._poll.dispose();
    super.dispose();
  }

  private async _invite(): Promise<void> {
    const { name } = this._connection;
    const access = this._access.input.value === 'control' ? 'control' : 'see';
    const invitation = await this._api.invite(name, access, Number(this._duration.input.value));
    this._link.value = this._api.invitationURL(invitation);
    this._link.hidden = false;
    try {
      await navigator.clipboard.writeText(this._link.value);
      this._message.textContent = this._trans.__('The link was copied.');
    } catch {
      this._link.select();
      this._message.textContent = this._trans.__('Copy the link; the browser does not allow it from here.');
    }
  }

  private async _refresh(): Promise<void> {
    const { name } = this._connection;
    const [invitations] = await Promise.all([this._api.invitations(name), this._connection.refresh()]);
    if (!this.isDisposed) {
      this._show(invitations, othersOf(this._connection.status));
    }
  }

  private _show(invitations: Desktop.IInvitation[], viewers: Desktop.IViewer[]): void {
    const { name } = this._connection;
    const trans = this._trans;
    const contents: HTMLElement[] = [];
    if (invitations.length > 0) {
      contents.push(text('h4', trans.__('Links')));
      for (const { id, rights, ends } of invitations) {
        const time = new Date(ends).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' });
        contents.push(
          this._row(trans.__('%1, until %2', this._accessOf(rights), time), trans.__('Revoke'), () =>
            this._api.revoke(name, id)
          )
        );
      }
    }
    contents.push(text('h4', trans.__('Connected now')));
    if (viewers.length === 0) {
      contents.push(text('p', trans.__('Nobody else is connected.')));
    }
    for (const { id, rights, user } of viewers) {
      const label = trans.__('%1: %2', user.name || user.username, this._accessOf(rights));
      contents.push(this._row(label, trans.__('Disconnect'), () => this._api.disconnect(name, id)));
    }
    if (viewers.some(({ rights }) => rights.includes('keys'))) {
      contents.push(this._button(trans.__('Take Back Control'), () => this._api.takeControl(name)));
    }
    this._lists.replaceChildren(...contents);
  }

  private _accessOf(rights: readonly Desktop.Right[]): string {
    return rights.includes('keys') ? this._trans.__('Control') : this._trans.__('Look only');
  }

  private _row(label: string, action: string, act: () => Promise<void>): HTMLElement {
    const row = text('div', '');
    row.className = 'jp-Desktop-shareRow';
    row.append(text('span', label), this._button(action, act));
    return row;
  }

  private _button(label: string, act: () => Promise<void>): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-mod-styled';
    button.textContent = label;
    button.addEventListener('click', () => void this._act(act));
    return button;
  }

  private async _act(act: () => Promise<void>): Promise<void> {
    this._message.textContent = '';
    try {
      await act();
    } catch (error) {
      this._message.textContent = errorText(error, this._trans);
    }
    await this._poll.refresh();
  }

  private _select(label: string, choices: [value: string, text: string][]): ShareBody.ISelect {
    const input = document.createElement('select');
    input.className = 'jp-mod-styled';
    input.append(...choices.map(([value, content]) => new Option(content, value)));
    const labelNode = document.createElement('label');
    labelNode.append(text('span', label), input);
    return { label: labelNode, input };
  }

  private readonly _connection: IDesktopConnection;
  private readonly _api: IDesktopAPI;
  private readonly _trans: TranslationBundle;
  private readonly _access: ShareBody.ISelect;
  private readonly _duration: ShareBody.ISelect;
  private readonly _link = document.createElement('input');
  private readonly _message = text('p', '');
  private readonly _lists = text('div', '');
  private readonly _poll: Poll;
}

export namespace ShareBody {
  export interface ISelect {
    label: HTMLElement;
    input: HTMLSelectElement;
  }

  export interface IOptions {
    connection: IDesktopConnection;
    api: IDesktopAPI;
    trans: TranslationBundle;
  }
}

function text(tag: string, content: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = content;
  return node;
}
