/** The plain page: one desktop in the whole window, without JupyterLab. */

import { Desktop } from '../model';
import { DesktopConnection } from '../services/connection';
import { DesktopAPI } from '../services/restapi';
import { isDisconnectedByServer } from '../services/status';
import { Attention } from '../viewer/attention';
import { DesktopViewer } from '../viewer/desktopviewer';
import { labelFor, titleWithStatus } from '../viewer/titles';
import { XsrfRequests } from '../services/xsrf';
import { addBar } from './bar';
import { english } from './english';
import { storedPointer } from './pointersettings';
import { storedInput } from './settings';
import { showShare } from './share';

/** The time between two requests for the model, which announces a stop. */
const REFRESH_INTERVAL_MS = 10000;

/** The page is at `{base}/desktops/`, or at `{base}/vnc/` if the server extension is disabled. */
const baseUrl = new URL('..', location.href.split(/[?#]/, 1)[0]).href;

const { send } = new XsrfRequests({ cookies: () => document.cookie, send: sendWithToken });
const api = new DesktopAPI({ baseUrl, wsUrl: baseUrl.replace(/^http/, 'ws'), send });
const name = new URLSearchParams(location.search).get('desktop') ?? Desktop.DEFAULT_NAME;
const invitation = takeInvitation();
const connection = new DesktopConnection({ name, api, prepare: DesktopViewer.prepare, invitation });
const node = document.createElement('main');
node.tabIndex = -1;
document.body.append(node);
/** An invited user cannot share the desktop. */
const share = invitation === undefined ? () => showShare(connection, api, english) : undefined;
const leave = () => node.querySelector<HTMLElement>('.jp-Desktop-bar button')?.focus();
const viewer = new DesktopViewer({
  connection,
  node,
  trans: english,
  settings: { input: storedInput(), pointer: storedPointer() },
  manage: share,
  leave
});

addBar({ viewer, trans: english, share });
connection.statusChanged.connect(() => {
  document.title = titleWithStatus(labelFor(name, english), connection.status, english);
});
const attention = new Attention({ returned: refresh });
setInterval(() => {
  if (!attention.isAway || (connection.status.connected && !connection.paused)) {
    refresh();
  }
}, REFRESH_INTERVAL_MS);
if (invitation === undefined) {
  connection.start();
} else {
  connection.attach();
}
viewer.focus();

function refresh(): void {
  if (connection.status.phase !== 'starting' && !isDisconnectedByServer(connection.status)) {
    void connection.refresh();
  }
}

/** Send a request with an XSRF token as a header, which Jupyter requires for all but GET. */
function sendWithToken(url: string, init: RequestInit, token?: string): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) {
    headers.set('X-XSRFToken', token);
  }
  return fetch(url, { ...init, headers, credentials: 'same-origin' });
}

/** Return the secret of the invitation in the address, and hide it there; a reload finds it in the tab's storage. */
function takeInvitation(): string | undefined {
  const key = `jupyter-vnc-proxy:invitation:${name}`;
  const secret = new URLSearchParams(location.hash.slice(1)).get('invitation');
  if (secret !== null) {
    sessionStorage.setItem(key, secret);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(key) ?? undefined;
}
