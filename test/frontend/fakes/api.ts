import { DesktopError } from '../../../src/services/restapi';
import { FakeModels, modelOf } from './models';
import type { Desktop } from '../../../src/model';
import type { IDesktopAPI, IDesktopWindow, IScreenshotSubject } from '../../../src/tokens';

export { modelOf };

/** An API with desktops in a map; it throws `error` while that is set. */
export class FakeAPI extends FakeModels implements IDesktopAPI {
  readonly created: Desktop.ICreateOptions[] = [];
  readonly sizes: Desktop.ISize[] = [];
  readonly scales: number[] = [];
  readonly claims: [connection: string, claim: Desktop.IMonitorClaim][] = [];
  route: Desktop.Route | null = 'extension';
  choices: Desktop.IChoices = { backends: [], sessions: [] };
  installed: Desktop.IInstalledApplication[] = [];
  lines: string[] = [];
  lastRecording: Desktop.IEndedRecording | null = null;
  /** The windows of each desktop; null if the user may not see them. */
  appeared: Desktop.INewWindow[] | null = [];
  nextTicket: Desktop.ITicket | null = null;
  invited: Desktop.IInvitation[] = [];
  connected: Desktop.IConnection[] = [];
  /** The step of each request for a model. */
  waits: (string | undefined)[] = [];

  async list(): Promise<Desktop.IModel[]> {
    return this._answer('list', () => [...this.models.values()]);
  }

  async get(name: string, step?: string): Promise<Desktop.IModel> {
    this.waits.push(step);
    return this._answer(`get ${name}`, () => this._known(name));
  }

  async create(options: Desktop.ICreateOptions): Promise<Desktop.IModel> {
    return this._answer('create', () => {
      this.created.push(options);
      this.set({ name: options.name, phase: 'starting' });
      return this._known(options.name ?? 'default');
    });
  }

  async delete(name: string): Promise<void> {
    return this._answer(`delete ${name}`, () => void this.models.delete(name));
  }

  async start(name: string): Promise<Desktop.IModel> {
    return this._answer(`start ${name}`, () => {
      const phase = name === 'default' ? this.models.get(name)?.phase : this._known(name).phase;
      if (phase !== 'running' && phase !== 'starting') {
        this.set({ name, phase: 'starting', step: 'display' });
      }
      return this._known(name);
    });
  }

  async stop(name: string): Promise<Desktop.IModel> {
    return this._answer(`stop ${name}`, () => {
      this.set({ name, phase: 'stopped' });
      return this._known(name);
    });
  }

  async restart(name: string): Promise<Desktop.IModel> {
    return this._answer(`restart ${name}`, () => {
      this.set({ name, phase: 'starting', step: 'display' });
      return this._known(name);
    });
  }

  async keep(name: string): Promise<Desktop.IModel> {
    return this._answer(`keep ${name}`, () => {
      this.models.set(name, { ...this._known(name), stops_at: null });
      return this._known(name);
    });
  }

  async backends(): Promise<Desktop.IChoices> {
    return this._answer('backends', () => this.choices);
  }

  async claimMonitor(name: string, connection: string, claim: Desktop.IMonitorClaim): Promise<Desktop.IModel> {
    return this._answer(`monitor ${name}`, () => {
      this.claims.push([connection, claim]);
      return this._known(name);
    });
  }

  async scale(name: string, percent: number): Promise<Desktop.IModel> {
    return this._answer(`scale ${name}`, () => {
      this.scales.push(percent);
      const model = { ...this._known(name), scale: percent };
      this.models.set(name, model);
      return model;
    });
  }

  async resize(name: string, size: Desktop.ISize): Promise<Desktop.IModel> {
    return this._answer(`resize ${name}`, () => {
      this.sizes.push(size);
      return this._known(name);
    });
  }

  async newWindows(name: string): Promise<Desktop.INewWindow[]> {
    return this._answer(`newWindows ${name}`, () => {
      if (this.appeared === null) {
        throw new DesktopError({ status: 403, message: 'No.' });
      }
      return this.appeared;
    });
  }

  async log(name: string, part = 'session'): Promise<Desktop.ILog> {
    const { lines } = this;
    return this._answer(`log ${name} ${part}`, () => ({ name, part, parts: ['display', 'session', 'vnc'], lines }));
  }

  async report(name: string): Promise<string> {
    return this._answer(`report ${name}`, () => `All about ${name}.`);
  }

  async ticket(name: string, invitation?: string, _?: string): Promise<Desktop.ITicket | null> {
    return this._answer(`ticket ${name}${invitation ? ` ${invitation}` : ''}`, () => this.nextTicket);
  }

  /** The desktop's clipboard; null: it takes text only. */
  clipboard: Desktop.IClipboard | null = {};

  async readClipboard(name: string, connectionId: string): Promise<Desktop.IClipboard> {
    return this._answer(`read ${name} ${connectionId}`, () => this._takesForms());
  }

  async writeClipboard(name: string, connectionId: string, contents: Desktop.IClipboard): Promise<void> {
    return this._answer(`write ${name} ${connectionId}`, () => {
      this._takesForms();
      this.clipboard = contents;
    });
  }

  copied: Desktop.ICopiedFiles = { paths: [], outside: 0 };
  openers: Desktop.IApplications = { type: 'text/plain', applications: [] };

  windowsShown: IDesktopWindow[] = [];
  readonly subjects: IScreenshotSubject[] = [];

  async windows(name: string): Promise<IDesktopWindow[]> {
    return this._answer(`windows ${name}`, () => this.windowsShown);
  }

  async screenshot(name: string, subject: IScreenshotSubject = {}): Promise<Blob> {
    this.subjects.push(subject);
    return this._answer(`screenshot ${name}`, () => new Blob(['png'], { type: 'image/png' }));
  }

  async copiedFiles(name: string, connectionId: string): Promise<Desktop.ICopiedFiles> {
    return this._answer(`copied ${name} ${connectionId}`, () => this.copied);
  }

  async applications(name: string, path: string): Promise<Desktop.IApplications> {
    return this._answer(`applications ${name} ${path}`, () => this.openers);
  }

  async openFile(name: string, path: string, application = ''): Promise<void> {
    return this._answer(`open ${name} ${path} ${application}`.trim(), () => undefined);
  }

  async recording(name: string): Promise<Desktop.IRecordingStatus> {
    return this._answer(`recording ${name}`, () => ({
      recording: this._known(name).recording ?? null,
      last: this.lastRecording,
      problem: null
    }));
  }

  async startRecording(name: string, path: string): Promise<Desktop.IRecording> {
    return this._answer(`record ${name} ${path}`, () =>
      this._record(name, { path, seconds: 0, bytes: 0, paused: false })
    );
  }

  async pauseRecording(name: string, paused: boolean): Promise<Desktop.IRecording> {
    return this._answer(`${paused ? 'pause' : 'resume'} ${name}`, () =>
      this._record(name, { ...this._known(name).recording!, paused })
    );
  }

  async stopRecording(name: string): Promise<Desktop.IEndedRecording> {
    return this._answer(`stop recording ${name}`, () => {
      const { path, seconds, bytes } = this._known(name).recording!;
      this.set({ ...this._known(name), recording: null });
      this.lastRecording = { path, seconds, bytes, ended: '2026-01-01T00:00:00Z', error: null };
      return this.lastRecording;
    });
  }

  private _record(name: string, recording: Desktop.IRecording): Desktop.IRecording {
    this.set({ ...this._known(name), recording });
    return recording;
  }

  async installedApplications(language: string): Promise<Desktop.IInstalledApplication[]> {
    return this._answer(`applications in ${language}`, () => this.installed);
  }

  async openApplication(id: string, language: string, path?: string): Promise<Desktop.IModel> {
    return this._answer(['application', id, path].filter(Boolean).join(' '), () => {
      const name = id.replace('.desktop', '');
      this.set({ name, phase: 'starting', application: { id, name: `The ${name}` } });
      return this._known(name);
    });
  }

  applicationIconURL(id: string): string {
    return `/icon/${id}`;
  }

  async discardUpload(path: string): Promise<void> {
    return this._answer(`discard ${path}`, () => undefined);
  }

  private _takesForms(): Desktop.IClipboard {
    if (this.clipboard === null) {
      throw new DesktopError({ status: 409, code: 'clipboard-text-only', message: 'Text only.' });
    }
    return this.clipboard;
  }

  async takeControl(name: string): Promise<void> {
    return this._answer(`control ${name}`, () => undefined);
  }

  async pausePrograms(name: string, paused: boolean): Promise<Desktop.IModel> {
    return this._answer(`${paused ? 'pause' : 'resume'} ${name}`, () => {
      const model = this._known(name);
      const programs = model.programs?.map(program => ({ ...program, paused }));
      this.models.set(name, { ...model, programs });
      return { ...model, programs };
    });
  }

  async connections(name: string): Promise<Desktop.IConnection[]> {
    return this._answer(`connections ${name}`, () => this.connected);
  }

  async disconnect(name: string, connectionId: string): Promise<void> {
    return this._answer(`disconnect ${name} ${connectionId}`, () => {
      this.connected = this.connected.filter(({ id }) => id !== connectionId);
    });
  }

  async invitations(name: string): Promise<Desktop.IInvitation[]> {
    return this._answer(`invitations ${name}`, () => this.invited);
  }

  async invite(name: string, access: Desktop.Access, seconds: number): Promise<Desktop.INewInvitation> {
    return this._answer(`invite ${name} ${access} ${seconds}`, () => {
      const invitation = { id: `i${this.invited.length}`, rights: access, ends: '2026-01-01T01:00:00Z' };
      this.invited.push(invitation);
      return { ...invitation, path: `desktops/?desktop=${name}#invitation=secret` };
    });
  }

  async revoke(name: string, invitationId: string): Promise<void> {
    return this._answer(`revoke ${name} ${invitationId}`, () => {
      this.invited = this.invited.filter(({ id }) => id !== invitationId);
    });
  }

  invitationURL(invitation: Desktop.INewInvitation): string {
    return `http://server/${invitation.path}`;
  }

  socketURL(name: string): string {
    return `ws://server/${name}`;
  }

  soundURL(name: string, connectionId: string | null): string {
    return `ws://server/${name}/sound?connection=${connectionId}`;
  }

  pageURL(name: string): string {
    return `http://server/desktops/?desktop=${name}`;
  }
}
