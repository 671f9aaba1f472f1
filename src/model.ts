import type * as Parts from './modelparts';

/** The data that the server sends and receives about desktops, and a panel's view of it. */
export namespace Desktop {
  /** The name of the desktop that the launcher tile opens. */
  export const DEFAULT_NAME = 'default';

  /** The pattern of a valid name, for an input element's `pattern` attribute. */
  export const NAME_PATTERN = '[A-Za-z0-9][A-Za-z0-9._\\-]{0,31}';

  /** `running-elsewhere`: on another machine or in another container that shares the runtime directory. */
  export type Phase = 'starting' | 'running' | 'stopped' | 'failed' | 'running-elsewhere';

  /** The process that a start waits for, or `stopping` while the desktop stops. */
  export type Step = 'display' | 'vnc' | 'websockify' | 'session' | 'stopping';

  /** A size in pixels. */
  export interface ISize {
    width: number;
    height: number;
  }

  /** A part of a desktop, in pixels. */
  export interface IArea extends ISize {
    x: number;
    y: number;
  }

  /** A monitor of a desktop: the area that one viewer shows. */
  export interface IMonitor extends IArea {
    /** The id of the viewer's connection. */
    connection: string;
    /** What the viewer has numbered it, from the left. */
    number: number;
  }

  /** A monitor that a viewer wants to be. */
  export interface IMonitorClaim extends ISize {
    number: number;
    /** The id of the viewer's connection before this one. */
    replaces?: string;
    /** The numbers of monitors whose windows were closed, and so won't come back. */
    closed?: readonly number[];
  }

  /** Another size of a desktop, another scale of its session in percent, or another monitor of it. */
  export interface IScreenChange {
    size?: ISize;
    scale?: number;
    monitor?: IMonitorClaim & {
      /** Called with the reason if the desktop can't have it. */
      refused?: (error: Error) => void;
    };
  }

  /** An error in one sentence, and a way to fix it. */
  export interface IProblem {
    code: string;
    message: string;
    /** A shell command or a sentence. */
    fix: string | null;
    /** The process whose log explains the error. */
    part: string | null;
    /** The last lines of that log. */
    log: string[];
  }

  export interface IModel {
    name: string;
    phase: Phase;
    step: Step | null;
    backend: string;
    transport: string;
    session: string;
    /** The application that the desktop shows alone; older servers don't send this. */
    application?: IApplication | null;
    display: string | null;
    /** A path on the server. */
    xauthority: string;
    geometry: string;
    /** How to resize: with the RFB client's SetDesktopSize, or with a REST request. */
    resize: 'rfb' | 'rest';
    /** Whether the VNC server can send H.264 with full chroma (4:4:4); older servers don't send this. */
    full_chroma?: boolean;
    /** Whether programs that run follow the session's scale; older servers don't send this. */
    scaling?: boolean;
    /** The session's scale in percent; older servers don't send this. */
    scale?: number;
    /** Whether viewers can be monitors of the desktop; older servers don't send this. */
    several_monitors?: boolean;
    /** The monitors from left to right, if there are two or more; older servers don't send this. */
    monitors?: IMonitor[];
    /** Whether the desktop has sound; older servers don't send this. */
    sound?: boolean;
    created: string;
    last_activity: string;
    /** When the desktop stops for lack of activity (ISO 8601); set some time in advance. */
    stops_at: string | null;
    clients: number;
    error: IProblem | null;
    /** The encoder of the current video; null if there is no video, or if the VNC server does not report it. */
    encoder: string | null;
    /** Warnings about reduced quality or speed, each a sentence with a command that fixes it. */
    notes: string[];
    /** Set while the desktop is being recorded; older servers don't send this. */
    recording?: IRecording | null;
    /** The live connections; jupyter-server-proxy's route doesn't send this. */
    viewers?: IViewer[];
    /** The programs that control the desktop, or that a person has paused; older servers don't send this. */
    programs?: IProgram[];
  }

  /** A part of what a connection may do; the server enforces them. */
  export type Right = 'see' | 'keys' | 'pointer' | 'clipboard-in' | 'clipboard-out' | 'resize' | 'hear' | 'speak';

  /** The rights of a server that sends none, which has no sound either. */
  export const ALL_RIGHTS: readonly Right[] = ['see', 'keys', 'pointer', 'clipboard-in', 'clipboard-out', 'resize'];

  /** A live connection to a desktop. */
  export interface IViewer {
    id: string;
    user: { username: string; name: string };
    rights: Right[];
    /** Whether it came by an invitation. */
    invited: boolean;
  }

  /** A live connection to a desktop, with the details that its model lacks. */
  export interface IConnection {
    id: string;
    user: { username: string; name: string };
    rights: Right[];
    /** When the connection was opened (ISO 8601). */
    since: string;
    /** The id of the viewer's invitation. */
    invitation: string | null;
  }

  /** What an invitation allows: only to see the desktop, or also to control it. */
  export type Access = 'see' | 'control';

  /** The permission to open one socket. */
  export interface ITicket {
    ticket: string;
    /** Older servers don't send this: all rights. */
    rights?: Right[];
    /** The id that the connection has in `IModel.viewers`. */
    connection?: string;
    /** Whether the socket that failed before had reached the server. */
    arrived?: boolean;
  }

  /** A link that lets other users of the server connect, until it ends or is revoked. */
  export interface IInvitation {
    id: string;
    rights: Access;
    /** ISO 8601. */
    ends: string;
  }

  /** A new invitation, with the secret link relative to the server's base URL. */
  export interface INewInvitation extends IInvitation {
    path: string;
  }

  export interface ILog {
    name: string;
    part: string;
    parts: string[];
    lines: string[];
  }

  export interface ICreateOptions {
    name?: string;
    backend?: string;
    transport?: string;
    session?: string;
    geometry?: string;
    /** The backend's own options, by field name. */
    options?: Record<string, string>;
  }

  /** A missing program, and how to install it. */
  export interface IMissing {
    program: string;
    purpose: string;
    fix: string | null;
  }

  /** An option that only one backend has. */
  export interface IField {
    name: string;
    label: string;
    description: string;
    required: boolean;
    /** The allowed values; any text if absent. */
    choices?: string[];
    /** The value if none is chosen. */
    default?: string;
    /** A regular expression that the whole text must match, as in an input element. */
    pattern?: string;
    /** Whether the value is a secret, such as a password; the server never sends it. */
    secret?: boolean;
  }

  export interface IBackend {
    name: string;
    title: string;
    usable: boolean;
    /** Whether the server uses it if none is chosen. */
    default: boolean;
    /** The first is the default. */
    transports: string[];
    /** Older servers don't send this. */
    fields?: IField[];
    missing: IMissing[];
  }

  /** The contents of a clipboard, by media type; the picture is in base64. */
  export interface IClipboard {
    'text/plain'?: string;
    'text/html'?: string;
    'image/png'?: string;
  }

  /** The choices for a new desktop. */
  export interface IChoices {
    backends: IBackend[];
    sessions: { name: string; title: string }[];
  }

  /** An application, by the id of its desktop entry and its name. */
  export interface IApplication {
    readonly id: string;
    readonly name: string;
  }

  /** An application that can be opened alone. */
  export interface IInstalledApplication extends IApplication {
    /** What it is, in a sentence; may be empty. */
    readonly comment: string;
    /** Whether it can be opened with a file. */
    readonly opens_files: boolean;
  }

  /** The applications on a desktop that open a file, the default one first, and the file's media type. */
  export interface IApplications {
    readonly type: string;
    readonly applications: readonly { readonly id: string; readonly name: string }[];
  }

  /** The files that a file manager has copied: their paths in Jupyter's tree, and the number of those outside of it. */
  export interface ICopiedFiles {
    readonly paths: readonly string[];
    readonly outside: number;
  }

  export type IProgram = Parts.IProgram;
  export type INewWindow = Parts.INewWindow;
  export type IRecording = Parts.IRecording;
  export type IEndedRecording = Parts.IEndedRecording;
  export type IRecordingStatus = Parts.IRecordingStatus;

  /** The route of requests to desktops: our server extension, or jupyter-server-proxy, which offers fewer requests. */
  export type Route = 'extension' | 'proxy';

  /** A desktop's phase as a panel shows it: `lost` and `missing` describe the connection. */
  export type PanelPhase = Phase | 'lost' | 'missing';

  export interface IStatus {
    readonly phase: PanelPhase;
    /** Whether the socket is open and the RFB handshake is done. */
    readonly connected: boolean;
    readonly model: IModel | null;
    readonly problem: IProblem | null;
    /** The time of the next attempt to connect, in milliseconds since the epoch. */
    readonly retryAt: number | null;
    /** What the newest connection may do. */
    readonly rights: readonly Right[];
    /** The id of the newest connection; null if the server doesn't tell. */
    readonly connectionId: string | null;
  }

  /** Whether a desktop has processes: it starts, runs or is stopping. */
  export function isAlive({ phase }: IModel): boolean {
    return phase === 'starting' || phase === 'running';
  }

  /** Whether a desktop starts or runs, and is not stopping. */
  export function isUsable(model: IModel): boolean {
    return isAlive(model) && model.step !== 'stopping';
  }
}
