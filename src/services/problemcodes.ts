/** The codes of problems for which a panel has its own text. */
export namespace ProblemCodes {
  export const UNKNOWN = 'unknown-desktop';
  /** The desktop runs on another machine or in another container. */
  export const ELSEWHERE = 'running-elsewhere';
  export const IDLE = 'idle';
  export const TOO_MANY = 'too-many-clients';
  export const VIEWER = 'viewer';
  export const FORBIDDEN = 'access-withdrawn';
  export const PROTOCOL = 'protocol-error';
  /** The server refuses the origin of this page. */
  export const ORIGIN = 'origin-not-allowed';
  /** The socket was closed because the panel was hidden. */
  export const HIDDEN = 'hidden';
  /** No WebSocket gets through to the server. */
  export const NO_WEBSOCKET = 'no-websocket';
  /** The server refuses each XSRF token that the page has. */
  export const XSRF = 'xsrf-token-refused';
  /** The server refuses a request, and sends the reason. */
  export const REFUSED = 'refused';
}
