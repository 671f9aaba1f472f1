/** The plain page: one desktop in all of the window, without JupyterLab. */

import { DesktopAPI } from '../services/restapi';
import { DesktopScreen } from '../viewer/screen';
import { DesktopSession } from '../services/connection';
import { nameFor, titleOf } from '../viewer/titles';
import { addBar } from './bar';
import { english } from './english';

/** How often the page looks at the desktop's model, for a warning before it is stopped, in milliseconds. */
const LOOK_INTERVAL = 10000;

/** The page is at `{base}/vnc/`. */
const baseUrl = new URL('..', location.href.split(/[?#]/, 1)[0]).href;

const api = new DesktopAPI({ baseUrl, wsUrl: baseUrl.replace(/^http/, 'ws'), send });
const name = new URLSearchParams(location.search).get('desktop') ?? 'default';
const session = new DesktopSession({ name, api, prepare: DesktopScreen.prepare });
const node = document.createElement('main');
node.tabIndex = -1;
document.body.append(node);
const screen = new DesktopScreen({ session, node, trans: english });

addBar({ screen, trans: english });
session.statusChanged.connect(() => {
  document.title = titleOf(nameFor(name, english), session.status, english);
});
document.addEventListener('visibilitychange', () => {
  session.paused = document.hidden;
});
setInterval(() => {
  if (!document.hidden && session.status.phase !== 'starting') {
    void session.look();
  }
}, LOOK_INTERVAL);
session.start();
screen.focus();

/** Jupyter wants its own cookie's value back with each request that changes something. */
function send(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const token = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  if (token !== undefined) {
    headers.set('X-XSRFToken', token);
  }
  return fetch(url, { ...init, headers, credentials: 'same-origin' });
}
