/** The plain page: one desktop in the whole window, without JupyterLab. */

import { Desktop } from '../model';
import { DesktopConnection } from '../services/connection';
import { DesktopAPI } from '../services/restapi';
import { isDisconnectedByServer } from '../services/status';
import { Attention } from '../viewer/attention';
import { DesktopViewer } from '../viewer/desktopviewer';
import { Monitor } from '../viewer/monitor';
import { endedText } from '../viewer/recording/recordingtexts';
import { ViewerRecording } from '../viewer/recording/viewerrecording';
import { settingsTable } from '../viewer/settings/table';
import { DesktopSound } from '../viewer/sound/desktopsound';
import { MicrophoneSign } from '../viewer/sound/microphonesign';
import { ViewerStatistics } from '../viewer/statistics/viewerstatistics';
import { titleWithStatus } from '../viewer/titles';
import { XsrfRequests } from '../services/xsrf';
import { hasEnded, openApplication, showEnded } from './application';
import { addBar } from './bar';
import { keepPageOnDrop } from './files/dropguard';
import { PageUploads } from './files/uploads';
import { showRecord } from './record';
import { PageSettings } from './settings';
import { showShare } from './share';
import { screenshotOnPage } from './screenshot';
import { loadTranslation } from './translation';

keepPageOnDrop();

/** The time between two requests for the model, which announces a stop. */
const REFRESH_INTERVAL_MS = 10000;

/** The page is at `{base}/desktops/`, or at `{base}/vnc/` if the server extension is disabled. */
const baseUrl = new URL('..', location.href.split(/[?#]/, 1)[0]).href;

const query = new URLSearchParams(location.search);
const applicationId = query.get('application');
const named = query.get('desktop') ?? Desktop.DEFAULT_NAME;
const invitation = takeInvitation();
const trans = await loadTranslation({ baseUrl, isGuest: invitation !== undefined });
const { send } = new XsrfRequests({ cookies: () => document.cookie, send: sendWithToken });
const api = new DesktopAPI({ baseUrl, wsUrl: baseUrl.replace(/^http/, 'ws'), send });
/** The link comes from anywhere, so the user decides whether it starts a program. */
const name =
  applicationId !== null && invitation === undefined
    ? await openApplication({ id: applicationId, path: query.get('path') ?? undefined, api, trans })
    : named;
const connection = new DesktopConnection({ name, api, prepare: DesktopViewer.prepare, invitation });
const node = document.createElement('main');
node.tabIndex = -1;
document.body.append(node);
/** An invited user cannot share the desktop. */
const share = invitation === undefined ? () => showShare(connection, api, trans) : undefined;
const leave = () => node.querySelector<HTMLElement>('.jp-Desktop-bar button')?.focus();
const settings = new PageSettings(settingsTable(trans), name);
const viewer = new DesktopViewer({
  connection,
  node,
  trans,
  settings: settings.current,
  monitor: Monitor.numberIn(location.href),
  manage: share,
  leave
});

const recording = new ViewerRecording({
  viewer,
  api,
  trans,
  isInvited: invitation !== undefined,
  ended: (_, ended) => viewer.notice.show(endedText(ended, trans), true)
});
const record = invitation === undefined ? () => void showRecord(recording, api, trans) : undefined;
const screenshot = () => void screenshotOnPage(viewer, api, trans);
const sound = new DesktopSound({
  connection,
  api,
  invitation,
  trans,
  volume: settings.current.volume,
  remember: volume => settings.set(name, 'volume', volume),
  notify: message => viewer.notice.show(message, true)
});
node.append(new MicrophoneSign(sound, trans).node);
new PageUploads({ viewer, api, baseUrl, send, trans, isInvited: invitation !== undefined });
addBar({ viewer, trans, settings, sound, share, record, screenshot, addMonitor });
const { overlay } = new ViewerStatistics(viewer, trans);
overlay.isShown = settings.current.showStatistics;
overlay.closed.connect(() => settings.toggleStatistics());
settings.changed.connect(() => {
  viewer.applySettings(settings.current);
  overlay.isShown = settings.current.showStatistics;
  sound.volume = settings.current.volume;
});
/** The application that the desktop shows alone, once it is known. */
let shownApplication: Desktop.IApplication | null = null;
connection.statusChanged.connect(() => {
  const { status } = connection;
  const { application } = status.model ?? {};
  document.title = titleWithStatus(application?.name ?? viewer.monitor.title, status, trans);
  shownApplication = application ?? shownApplication;
  if (shownApplication !== null && hasEnded(status)) {
    showEnded(shownApplication, node, trans);
  }
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

/** Open a window as another monitor; a reload of this page finds its own number in the address. */
function addMonitor(): void {
  const { model } = connection.status;
  if (viewer.monitor.number === 0) {
    viewer.monitor.number = Monitor.nextNumber(0, model);
    history.replaceState(null, '', Monitor.addressWith(location.href, viewer.monitor.number));
  }
  const { innerWidth: width, innerHeight: height } = window;
  const number = Monitor.nextNumber(viewer.monitor.number, model);
  viewer.monitor.openWindow(api.pageURL(name), number, { width, height });
}

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
  const key = `jupyter-vnc-proxy:invitation:${named}`;
  const secret = new URLSearchParams(location.hash.slice(1)).get('invitation');
  if (secret !== null) {
    sessionStorage.setItem(key, secret);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(key) ?? undefined;
}
