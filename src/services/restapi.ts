import { DesktopError } from './errors';
import { DESKTOPS, pathTo, REPORT, ROOTS, RoutedRequests } from './routedrequests';

import type { Desktop } from '../model';
import type { IDesktopAPI, IDesktopWindow, IScreenshotSubject } from '../tokens';

export { DesktopError };

/**
 * The client of the REST API; the only place that knows its URLs.
 *
 * JupyterLab's panels and the plain page share it, so they pass the function that sends a request.
 */
export class DesktopAPI implements IDesktopAPI {
  constructor(options: DesktopAPI.IOptions) {
    this._baseUrl = withSlash(options.baseUrl);
    this._wsUrl = withSlash(options.wsUrl);
    this._token = options.token ?? '';
    this._requests = new RoutedRequests(this._baseUrl, options.send);
  }

  get route(): Desktop.Route | null {
    return this._requests.route;
  }

  async list(): Promise<Desktop.IModel[]> {
    if (this._requests.route === null) {
      return this._requests.findRoute();
    }
    return this._requests.call('GET', DESKTOPS);
  }

  async get(name: string, step?: string): Promise<Desktop.IModel> {
    return this._requests.call('GET', pathTo(name) + (step === undefined ? '' : `?step=${encodeURIComponent(step)}`));
  }

  async create(options: Desktop.ICreateOptions): Promise<Desktop.IModel> {
    return this._requests.call('POST', DESKTOPS, options);
  }

  async delete(name: string): Promise<void> {
    await this._requests.call('DELETE', pathTo(name));
  }

  async start(name: string): Promise<Desktop.IModel> {
    return this._requests.call('POST', pathTo(name, 'start'));
  }

  async stop(name: string): Promise<Desktop.IModel> {
    return this._requests.call('POST', pathTo(name, 'stop'));
  }

  async restart(name: string): Promise<Desktop.IModel> {
    return this._requests.call('POST', pathTo(name, 'restart'));
  }

  async keep(name: string): Promise<Desktop.IModel> {
    return this._requests.call('POST', pathTo(name, 'keep'));
  }

  async backends(): Promise<Desktop.IChoices> {
    return this._requests.call('GET', `${DESKTOPS}/backends`);
  }

  async resize(name: string, size: Desktop.ISize): Promise<Desktop.IModel> {
    return this._requests.call('POST', pathTo(name, 'resize'), { ...size });
  }

  async scale(name: string, percent: number): Promise<Desktop.IModel> {
    return this._requests.call('POST', pathTo(name, 'scale'), { percent });
  }

  async claimMonitor(name: string, connectionId: string, claim: Desktop.IMonitorClaim): Promise<Desktop.IModel> {
    return this._requests.call('PUT', pathTo(name, `monitors/${encodeURIComponent(connectionId)}`), { ...claim });
  }

  async newWindows(name: string): Promise<Desktop.INewWindow[]> {
    return this._requests.call('GET', pathTo(name, 'new-windows'));
  }

  async log(name: string, part?: string, lines?: number): Promise<Desktop.ILog> {
    const query = new URLSearchParams();
    if (part !== undefined) {
      query.set('part', part);
    }
    if (lines !== undefined) {
      query.set('lines', String(lines));
    }
    const tail = query.size > 0 ? `?${query.toString()}` : '';
    return this._requests.call('GET', pathTo(name, 'log') + tail);
  }

  async report(name: string): Promise<string> {
    const fetchReport = async (query = '') =>
      (await this._requests.call<{ report: string }>('GET', REPORT + query)).report;
    try {
      return await fetchReport(`?desktop=${encodeURIComponent(name)}`);
    } catch (error) {
      if (error instanceof DesktopError && error.code === 'unknown-desktop') {
        // The server's own report may say why the desktop could not be created.
        return fetchReport();
      }
      throw error;
    }
  }

  async ticket(name: string, invitation?: string, failed?: string): Promise<Desktop.ITicket | null> {
    if (this._requests.route === null) {
      await this._requests.findRoute();
    }
    if (this._requests.route === 'proxy') {
      return null;
    }
    const body = { ...(invitation !== undefined && { invitation }), ...(failed !== undefined && { failed }) };
    try {
      return await this._requests.call<Desktop.ITicket>('POST', pathTo(name, 'ticket'), body);
    } catch (error) {
      if (error instanceof DesktopError && error.status === 404 && error.code === null) {
        // Another server, such as nginx, shows the desktop without tickets.
        return null;
      }
      throw error;
    }
  }

  async takeControl(name: string): Promise<void> {
    await this._requests.call('POST', pathTo(name, 'control'));
  }

  async pausePrograms(name: string, paused: boolean): Promise<Desktop.IModel> {
    return this._requests.call('POST', pathTo(name, `programs/${paused ? 'pause' : 'resume'}`));
  }

  async connections(name: string): Promise<Desktop.IConnection[]> {
    return this._requests.call('GET', pathTo(name, 'connections'));
  }

  async disconnect(name: string, connectionId: string): Promise<void> {
    await this._requests.call('DELETE', pathTo(name, `connections/${encodeURIComponent(connectionId)}`));
  }

  async readClipboard(name: string, connectionId: string): Promise<Desktop.IClipboard> {
    return this._requests.call('POST', pathTo(name, `clipboard/${encodeURIComponent(connectionId)}`));
  }

  async writeClipboard(name: string, connectionId: string, contents: Desktop.IClipboard): Promise<void> {
    await this._requests.call('PUT', pathTo(name, `clipboard/${encodeURIComponent(connectionId)}`), contents);
  }

  async copiedFiles(name: string, connectionId: string): Promise<Desktop.ICopiedFiles> {
    return this._requests.call('POST', pathTo(name, `clipboard/${encodeURIComponent(connectionId)}/files`));
  }

  async applications(name: string, path: string): Promise<Desktop.IApplications> {
    return this._requests.call('GET', pathTo(name, `applications?path=${encodeURIComponent(path)}`));
  }

  async openFile(name: string, path: string, application?: string): Promise<void> {
    await this._requests.call('POST', pathTo(name, 'open'), {
      path,
      ...(application !== undefined && { application })
    });
  }

  async recording(name: string): Promise<Desktop.IRecordingStatus> {
    return this._requests.call('GET', pathTo(name, 'recording'));
  }

  async startRecording(name: string, path: string): Promise<Desktop.IRecording> {
    return this._requests.call('POST', pathTo(name, 'recording'), { path });
  }

  async pauseRecording(name: string, pause: boolean): Promise<Desktop.IRecording> {
    return this._requests.call('POST', pathTo(name, `recording/${pause ? 'pause' : 'resume'}`));
  }

  async stopRecording(name: string): Promise<Desktop.IEndedRecording> {
    return this._requests.call('POST', pathTo(name, 'recording/stop'));
  }

  async installedApplications(language: string): Promise<Desktop.IInstalledApplication[]> {
    return this._requests.call('GET', `vnc/applications?language=${encodeURIComponent(language)}`);
  }

  async openApplication(id: string, language: string, path?: string): Promise<Desktop.IModel> {
    const body = { language, ...(path !== undefined && { path }) };
    return this._requests.call('POST', `vnc/applications/${encodeURIComponent(id)}`, body);
  }

  applicationIconURL(id: string): string {
    return `${this._baseUrl}api/vnc/applications/${encodeURIComponent(id)}/icon${this._tokenQuery}`;
  }

  async discardUpload(path: string): Promise<void> {
    await this._requests.call('DELETE', `vnc/upload?path=${encodeURIComponent(path)}`);
  }

  async windows(name: string): Promise<IDesktopWindow[]> {
    return this._requests.call('GET', pathTo(name, 'windows'));
  }

  async screenshot(name: string, { window, area }: IScreenshotSubject = {}): Promise<Blob> {
    const query = new URLSearchParams();
    if (window !== undefined) {
      query.set('window', String(window));
    } else if (area !== undefined) {
      query.set('area', [area.x, area.y, area.width, area.height].join(','));
    }
    return this._requests.fetchBlob(pathTo(name, 'screenshot') + (query.size > 0 ? `?${query.toString()}` : ''));
  }

  async invitations(name: string): Promise<Desktop.IInvitation[]> {
    return this._requests.call('GET', pathTo(name, 'invitations'));
  }

  async invite(name: string, access: Desktop.Access, seconds: number): Promise<Desktop.INewInvitation> {
    return this._requests.call('POST', pathTo(name, 'invitations'), { rights: access, seconds });
  }

  async revoke(name: string, invitationId: string): Promise<void> {
    await this._requests.call('DELETE', pathTo(name, `invitations/${encodeURIComponent(invitationId)}`));
  }

  invitationURL(invitation: Desktop.INewInvitation): string {
    return new URL(this._baseUrl + invitation.path, location.href).href;
  }

  socketURL(name: string): string {
    return this._socketURL(name, 'rfb');
  }

  soundURL(name: string, connectionId: string | null): string {
    return this._socketURL(name, 'sound', connectionId ?? '');
  }

  pageURL(name: string): string {
    const page = this._requests.route === 'proxy' ? 'vnc' : 'desktops';
    return `${this._baseUrl}${page}/?desktop=${encodeURIComponent(name)}`;
  }

  private get _tokenQuery(): string {
    return this._token ? `?token=${encodeURIComponent(this._token)}` : '';
  }

  private _socketURL(name: string, socket: string, connection = ''): string {
    const query = Object.entries({ connection, token: this._token })
      .filter(([, value]) => value !== '')
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join('&');
    const path = ROOTS[this._requests.route ?? 'extension'] + pathTo(name, socket);
    return this._wsUrl + path + (query && `?${query}`);
  }

  private readonly _baseUrl: string;
  private readonly _wsUrl: string;
  private readonly _token: string;
  private readonly _requests: RoutedRequests;
}

export namespace DesktopAPI {
  export type Send = RoutedRequests.Send;

  export interface IOptions {
    /** The Jupyter server's base URL. */
    baseUrl: string;
    /** The same for WebSockets. */
    wsUrl: string;
    /** Added to a WebSocket's URL, if the page has no cookie. */
    token?: string;
    /** Sends a request; rejects if there is no response. */
    send: Send;
  }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
