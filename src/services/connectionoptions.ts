import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';

/** The options of a `DesktopConnection`. */
export interface IConnectionOptions {
  name: string;
  api: IDesktopAPI;
  /** Loads the code that must be present when a socket opens, such as the RFB client. */
  prepare?: () => Promise<void>;
  /** Returns the model from the manager's list. */
  cachedModel?: () => Desktop.IModel | undefined;
  /** Opens a WebSocket; tests replace it. */
  openSocket?: (url: string, subprotocols: string[]) => WebSocket;
  /** The secret of an invitation, whose rights the connection gets. */
  invitation?: string;
}
