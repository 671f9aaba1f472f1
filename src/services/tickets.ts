import { Desktop } from '../model';
import { ProblemCodes } from './problems';
import { NEWS_PROTOCOL } from './news';
import { DesktopError } from './restapi';

import type { IDesktopAPI } from '../tokens';

/** The sockets in a row that must have failed before the panel says that WebSockets do not get through. */
const MAX_FAILURES = 3;

/**
 * Gets the ticket of each socket, and finds out why sockets fail.
 *
 * A browser does not tell why a WebSocket could not be opened, so the next request for a ticket asks the server.
 */
export class Tickets {
  constructor(options: Tickets.IOptions) {
    this._options = options;
  }

  /** Load the RFB client, and return the subprotocols to offer; reject if no socket can be opened. */
  async request(): Promise<string[]> {
    const { api, name, invitation, prepare, granted } = this._options;
    const prepared = prepare().catch((error: unknown) => {
      throw new DesktopError({ status: 0, code: ProblemCodes.VIEWER, message: String(error) });
    });
    const [ticket] = await Promise.all([api.ticket(name, invitation, this._failed), prepared]);
    if (ticket?.arrived === true) {
      this.reset();
    } else if (this._failures >= MAX_FAILURES) {
      throw new DesktopError({ status: 403, code: ProblemCodes.NO_WEBSOCKET, message: 'No WebSocket can be opened.' });
    }
    if (ticket === null) {
      return ['binary'];
    }
    this._connection = ticket.connection;
    granted({ rights: ticket.rights ?? Desktop.ALL_RIGHTS, connectionId: ticket.connection ?? null });
    // A subprotocol, since URLs end up in logs.
    return ['binary', `vnc-ticket.${ticket.ticket}`, NEWS_PROTOCOL];
  }

  /** Note that a socket could not be opened. */
  socketFailed(): void {
    this._failures++;
    this._failed = this._connection;
  }

  /** Forget the failures. */
  reset(): void {
    this._failures = 0;
    this._failed = undefined;
  }

  private readonly _options: Tickets.IOptions;
  private _connection: string | undefined;
  private _failed: string | undefined;
  private _failures = 0;
}

export namespace Tickets {
  export interface IOptions {
    api: IDesktopAPI;
    name: string;
    /** The secret of an invitation. */
    invitation?: string;
    /** Loads the RFB client. */
    prepare: () => Promise<void>;
    /** Called with what a ticket grants. */
    granted: (change: Pick<Desktop.IStatus, 'rights' | 'connectionId'>) => void;
  }
}
