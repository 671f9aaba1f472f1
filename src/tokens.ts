import { Token } from '@lumino/coreutils';

import type { MainAreaWidget, IWidgetTracker } from '@jupyterlab/apputils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { DesktopSession } from './services/connection';
import type { DesktopWidget } from './lab/widget';

/** What the server says about desktops, and what a panel makes of it. */
export namespace Desktop {
  /** The name of the desktop that the tile opens. */
  export const DEFAULT_NAME = 'default';

  /** What a name may be, for an input element's `pattern`. */
  export const NAME_PATTERN = '[A-Za-z0-9][A-Za-z0-9._\\-]{0,31}';

  export type Phase = 'starting' | 'running' | 'stopped' | 'failed';

  /** The part that is waited for, or `stopping` while all of them end. */
  export type Step = 'display' | 'vnc' | 'websockify' | 'session' | 'stopping';

  export interface ISize {
    width: number;
    height: number;
  }

  /** Why something went wrong, in one sentence, and what mends it. */
  export interface IProblem {
    code: string;
    message: string;
    /** A shell command or a sentence. */
    fix: string | null;
    /** The part whose log explains it. */
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
    display: string | null;
    /** A path on the server. */
    xauthority: string;
    geometry: string;
    /** Who resizes: the RFB client, or our own request. */
    resize: 'rfb' | 'rest';
    created: string;
    last_activity: string;
    /** When it stops unless somebody uses it; set a while before. */
    stops_at: string | null;
    clients: number;
    error: IProblem | null;
    /** What encodes video now, where anything does and tells. */
    encoder: string | null;
    /** Sentences about what is not at its best, with the command that mends it. */
    notes: string[];
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
    /** The backend's own options, by the names of its fields. */
    options?: Record<string, string>;
  }

  /** A program that is not there, and what brings it. */
  export interface IMissing {
    program: string;
    purpose: string;
    fix: string | null;
  }

  /** An option that a backend alone has. */
  export interface IField {
    name: string;
    label: string;
    description: string;
    required: boolean;
    /** The values that there are; any text without. */
    choices?: string[];
    /** What counts where nothing is chosen. */
    default?: string;
    /** What the whole text must match, as in an input element. */
    pattern?: string;
  }

  export interface IBackend {
    name: string;
    title: string;
    usable: boolean;
    /** Whether it is taken where people choose none. */
    default: boolean;
    /** The first is the default. */
    transports: string[];
    /** Another version's server may have none. */
    fields?: IField[];
    missing: IMissing[];
  }

  /** What a new desktop can be made of. */
  export interface IChoices {
    backends: IBackend[];
    sessions: { name: string; title: string }[];
  }

  /** The way to the desktops: our own server extension, or jupyter-server-proxy with the fewer requests. */
  export type Door = 'extension' | 'proxy';

  /** A desktop's phase as one panel sees it: `lost` and `missing` are about the way to it. */
  export type PanelPhase = Phase | 'lost' | 'missing';

  export interface IStatus {
    readonly phase: PanelPhase;
    /** Whether the RFB handshake is done and the socket open. */
    readonly connected: boolean;
    readonly model: IModel | null;
    readonly problem: IProblem | null;
    /** When the next attempt is due, in milliseconds since the epoch. */
    readonly retryAt: number | null;
  }
}

/** The requests about desktops. */
export interface IDesktopAPI {
  /** Known after the first answer. */
  readonly door: Desktop.Door | null;
  list(): Promise<Desktop.IModel[]>;
  get(name: string): Promise<Desktop.IModel>;
  create(options: Desktop.ICreateOptions): Promise<Desktop.IModel>;
  delete(name: string): Promise<void>;
  start(name: string): Promise<Desktop.IModel>;
  stop(name: string): Promise<Desktop.IModel>;
  restart(name: string): Promise<Desktop.IModel>;
  /** Say that a desktop is still wanted, though nobody touches it. */
  keep(name: string): Promise<Desktop.IModel>;
  backends(): Promise<Desktop.IChoices>;
  resize(name: string, size: Desktop.ISize): Promise<Desktop.IModel>;
  log(name: string, part?: string, lines?: number): Promise<Desktop.ILog>;
  /** What is known of a desktop and its server, without secrets, in a text for who can help. */
  report(name: string): Promise<string>;
  /** The address of the desktop's RFB stream; known after the first answer. */
  socketURL(name: string): string;
  /** The address of the plain page that shows the desktop. */
  pageURL(name: string): string;
}

/** The desktops of this server. */
export interface IDesktopManager extends IDisposable {
  readonly api: IDesktopAPI;

  /** The most recent list, without asking the server. */
  desktops(): readonly Desktop.IModel[];

  /** Emitted when a desktop comes, goes or changes. */
  readonly changed: ISignal<IDesktopManager, readonly Desktop.IModel[]>;

  /** Ask the server now. */
  refresh(): Promise<void>;

  create(options: Desktop.ICreateOptions): Promise<Desktop.IModel>;
  start(name: string): Promise<Desktop.IModel>;
  stop(name: string): Promise<Desktop.IModel>;
  restart(name: string): Promise<Desktop.IModel>;
  keep(name: string): Promise<Desktop.IModel>;
  delete(name: string): Promise<void>;

  /** A new session of a desktop, which its user opens and disposes of. */
  connectTo(name: string): DesktopSession;
}

export const IDesktopManager = new Token<IDesktopManager>(
  'jupyter-vnc-proxy:IDesktopManager',
  'The desktops of this Jupyter server: lists, starts and stops them.'
);

/** Tracks the panels that show desktops. */
export type IDesktopTracker = IWidgetTracker<MainAreaWidget<DesktopWidget>>;

export const IDesktopTracker = new Token<IDesktopTracker>(
  'jupyter-vnc-proxy:IDesktopTracker',
  'Tracks the panels that show desktops.'
);
