import { toDesktopError } from '../../services/problems';
import { mayControl } from '../../services/status';
import { translateServerText } from '../servertexts';
import { element } from './element';
import { InvitationForm } from './invitationform';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../../model';
import type { IDesktopAPI, IDesktopConnection } from '../../tokens';
import type { ITranslation } from '../translation';

/** The time between two requests for the lists. */
const REFRESH_INTERVAL_MS = 3000;

/** The contents of the dialog that shares a desktop: creates links, lists them, and lists who is connected. */
export class SharePanel implements IDisposable {
  constructor(options: SharePanel.IOptions) {
    this._options = options;
    const { trans } = options;
    this._form = new InvitationForm({
      trans,
      create: (access, seconds) => void this._act(() => this._invite(access, seconds))
    });
    this._problem.setAttribute('role', 'alert');
    this._takeControl.type = 'button';
    this._takeControl.textContent = trans.__('Take Back Control');
    this._takeControl.title = trans.__('Let all other users only view the desktop');
    this._takeControl.addEventListener('click', () => {
      void this._act(() => options.api.takeControl(options.connection.name));
    });
    const heading = element('div', 'jp-Desktop-shareHeading');
    heading.append(element('h3', '', trans.__('Connected now')), this._takeControl);
    this.node.append(
      element('p', '', trans.__('Links work for users who can log in to this Jupyter server.')),
      this._form.node,
      this._problem,
      element('h3', '', trans.__('Links')),
      this._invitations,
      heading,
      this._connections
    );
    this._timer = setInterval(() => void this._refresh(), REFRESH_INTERVAL_MS);
    void this._refresh();
  }

  readonly node = element('div', 'jp-Desktop-share');

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearInterval(this._timer);
    this.node.remove();
  }

  private async _invite(access: Desktop.Access, seconds: number): Promise<void> {
    const { api, connection } = this._options;
    const invitation = await api.invite(connection.name, access, seconds);
    if (!this._isDisposed) {
      this._form.showLink(api.invitationURL(invitation));
    }
  }

  /** Send a request of the user, show its error, and update the lists. */
  private async _act(request: () => Promise<void>): Promise<void> {
    this._problem.textContent = '';
    let problem = '';
    try {
      await request();
    } catch (error) {
      problem = this._failure(error);
    }
    await this._refresh();
    if (problem !== '') {
      this._problem.textContent = problem;
    }
  }

  private async _refresh(): Promise<void> {
    const { api, connection } = this._options;
    const number = ++this._refreshNumber;
    try {
      const [invitations, connections] = await Promise.all([
        api.invitations(connection.name),
        api.connections(connection.name)
      ]);
      if (this._isDisposed || number !== this._refreshNumber) {
        return;
      }
      this._showInvitations(invitations);
      this._showConnections(connections);
      if (this._refreshFailed) {
        this._refreshFailed = false;
        this._problem.textContent = '';
      }
    } catch (error) {
      this._refreshFailed = true;
      this._problem.textContent = this._failure(error);
    }
  }

  private _failure(error: unknown): string {
    const { status, message, fix } = toDesktopError(error);
    const { trans } = this._options;
    if (status === 0) {
      return trans.__('The Jupyter server does not respond.');
    }
    const reason = translateServerText(message, trans);
    return fix ? `${reason} ${fix}` : reason;
  }

  private _showInvitations(invitations: Desktop.IInvitation[]): void {
    const { api, connection, trans } = this._options;
    const rows = invitations.map(({ id, rights, ends }): IRow => {
      const text = trans.__('%1, until %2', this._access(rights === 'control'), timeLabel(ends));
      return { id, text, action: trans.__('Revoke'), run: () => api.revoke(connection.name, id) };
    });
    this._fill(this._invitations, rows, trans.__('No links.'));
  }

  private _showConnections(connections: Desktop.IConnection[]): void {
    const { api, connection, trans } = this._options;
    const own = connections.find(({ id }) => id === connection.status.connectionId);
    const rows = connections.map((each): IRow => {
      const { id, user, since } = each;
      const name = user.name || user.username;
      const label = each === own ? trans.__('%1 (this view)', name) : name;
      const text = trans.__('%1: %2, since %3', label, this._access(mayControl(each)), timeLabel(since));
      const action = each === own ? null : trans.__('Disconnect');
      return { id, text, action, run: () => api.disconnect(connection.name, id) };
    });
    this._fill(this._connections, rows, trans.__('Nobody.'));
    this._takeControl.disabled = !connections.some(
      each =>
        each !== own && mayControl(each) && (each.invitation !== null || each.user.username !== own?.user.username)
    );
  }

  private _access(control: boolean): string {
    return control ? this._options.trans.__('control') : this._options.trans.__('view only');
  }

  /** Fill a list; keep its elements, and with them the focus, if it is unchanged. */
  private _fill(list: HTMLElement, rows: IRow[], empty: string): void {
    const key = JSON.stringify(rows);
    if (list.dataset.key === key) {
      return;
    }
    list.dataset.key = key;
    const items = rows.map(({ id, text, action, run }) => {
      const item = element('li');
      item.dataset.id = id;
      item.append(element('span', '', text));
      if (action === null) {
        return item;
      }
      const button = element('button', 'jp-mod-styled jp-mod-warn', action);
      button.type = 'button';
      button.addEventListener('click', () => {
        button.disabled = true;
        void this._act(run).finally(() => (button.disabled = false));
      });
      item.append(button);
      return item;
    });
    list.replaceChildren(...(items.length > 0 ? items : [element('li', 'jp-Desktop-nobody', empty)]));
  }

  private readonly _options: SharePanel.IOptions;
  private readonly _form: InvitationForm;
  private readonly _problem = element('p', 'jp-Desktop-problem');
  private readonly _invitations = element('ul', 'jp-Desktop-invitations');
  private readonly _connections = element('ul', 'jp-Desktop-connections');
  private readonly _takeControl = element('button', 'jp-mod-styled');
  private readonly _timer: ReturnType<typeof setInterval>;
  private _refreshNumber = 0;
  private _refreshFailed = false;
  private _isDisposed = false;
}

export namespace SharePanel {
  export interface IOptions {
    connection: IDesktopConnection;
    api: IDesktopAPI;
    trans: ITranslation;
  }
}

/** Return a time of day, with the date unless it is today. */
function timeLabel(time: string): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], { dateStyle: isToday ? undefined : 'medium', timeStyle: 'short' });
}

/** An entry of a list, with a button. */
interface IRow {
  id: string;
  text: string;
  /** The label of the button; null for none. */
  action: string | null;
  run: () => Promise<void>;
}
