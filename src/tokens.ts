import { Token } from '@lumino/coreutils';

import type { IWidgetTracker, MainAreaWidget } from '@jupyterlab/apputils';
import type { IDisposable, IObservableDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { Desktop } from './model';

/** The REST API of desktops. */
export interface IDesktopAPI {
  /** The route of the requests; null until the first response. */
  readonly route: Desktop.Route | null;
  list(): Promise<Desktop.IModel[]>;
  /** Get a desktop's model; while it starts and is at `step`, the response waits for the next one. */
  get(name: string, step?: string): Promise<Desktop.IModel>;
  create(options: Desktop.ICreateOptions): Promise<Desktop.IModel>;
  delete(name: string): Promise<void>;
  start(name: string): Promise<Desktop.IModel>;
  stop(name: string): Promise<Desktop.IModel>;
  restart(name: string): Promise<Desktop.IModel>;
  /** Count as activity, so that the desktop is not stopped as idle. */
  keep(name: string): Promise<Desktop.IModel>;
  backends(): Promise<Desktop.IChoices>;
  resize(name: string, size: Desktop.ISize): Promise<Desktop.IModel>;
  /** Set the scale of what the session's programs show, in percent. */
  scale(name: string, percent: number): Promise<Desktop.IModel>;
  /** Make a live connection a monitor of the desktop, or change that monitor's size. */
  claimMonitor(name: string, connectionId: string, claim: Desktop.IMonitorClaim): Promise<Desktop.IModel>;
  /** List the open windows of a desktop, in the order in which they appeared. */
  newWindows(name: string): Promise<Desktop.INewWindow[]>;
  log(name: string, part?: string, lines?: number): Promise<Desktop.ILog>;
  /** Fetch the diagnostic report of a desktop and its server, as text without secrets. */
  report(name: string): Promise<string>;
  /**
   * Get the permission to open one socket; null if the route needs none. `failed` names the connection whose socket
   * could not be opened; if the server refused it for good, the request is rejected with the reason.
   */
  ticket(name: string, invitation?: string, failed?: string): Promise<Desktop.ITicket | null>;
  /** Take keyboard, pointer, clipboard and size from all other users. */
  takeControl(name: string): Promise<void>;
  /** Pause the programs that control a desktop, or let them go on. */
  pausePrograms(name: string, paused: boolean): Promise<Desktop.IModel>;
  /** List the live connections. */
  connections(name: string): Promise<Desktop.IConnection[]>;
  /** Close a connection of another viewer. */
  disconnect(name: string, connectionId: string): Promise<void>;
  /** Get what was copied on the desktop, in all its forms, by a live connection. */
  readClipboard(name: string, connectionId: string): Promise<Desktop.IClipboard>;
  /** Replace the contents of the desktop's clipboard; resolves once programs can paste them. */
  writeClipboard(name: string, connectionId: string, contents: Desktop.IClipboard): Promise<void>;
  /** Get the files that a file manager on the desktop has copied, by a live connection. */
  copiedFiles(name: string, connectionId: string): Promise<Desktop.ICopiedFiles>;
  /** List the applications on a running desktop that open a file; `path` is the Contents API's. */
  applications(name: string, path: string): Promise<Desktop.IApplications>;
  /** Open a file on a running desktop, with an application's id or with the one for its type. */
  openFile(name: string, path: string, application?: string): Promise<void>;
  /** List the applications that can be opened alone, with their names in a language such as `pt_BR`. */
  installedApplications(language: string): Promise<Desktop.IInstalledApplication[]>;
  /** Open an application alone, on a new desktop; `path` is that of a file in the Contents API. */
  openApplication(id: string, language: string, path?: string): Promise<Desktop.IModel>;
  /** The URL of an application's icon, a PNG or SVG. */
  applicationIconURL(id: string): string;
  /** Get the recording of a desktop, and how the last one has ended. */
  recording(name: string): Promise<Desktop.IRecordingStatus>;
  /** Record a desktop to a new file of Jupyter's tree. */
  startRecording(name: string, path: string): Promise<Desktop.IRecording>;
  pauseRecording(name: string, pause: boolean): Promise<Desktop.IRecording>;
  /** End a recording; resolves once its file is whole. */
  stopRecording(name: string): Promise<Desktop.IEndedRecording>;
  /** Remove an incomplete file of Jupyter's tree for good, even if the disk is full. */
  discardUpload(path: string): Promise<void>;
  /** List the windows of a running desktop; none if its display isn't X. */
  windows(name: string): Promise<IDesktopWindow[]>;
  /** Take a screenshot as a PNG, in the desktop's own pixels. */
  screenshot(name: string, subject?: IScreenshotSubject): Promise<Blob>;
  invitations(name: string): Promise<Desktop.IInvitation[]>;
  /** Create an invitation that lasts a number of seconds. */
  invite(name: string, access: Desktop.Access, seconds: number): Promise<Desktop.INewInvitation>;
  /** End an invitation, and close its connections. */
  revoke(name: string, invitationId: string): Promise<void>;
  /** The URL of an invitation, to give to others. */
  invitationURL(invitation: Desktop.INewInvitation): string;
  /** The URL of the desktop's RFB WebSocket; correct only after the first response. */
  socketURL(name: string): string;
  /** The URL of the WebSocket for the sound of the desktop, for a connection of the picture; correct only then, too. */
  soundURL(name: string, connectionId: string | null): string;
  /** The URL of the plain page that shows the desktop. */
  pageURL(name: string): string;
}

/** A window of a desktop; its size in pixels includes the decoration. */
export interface IDesktopWindow {
  readonly id: number;
  readonly title: string;
  /** The class of the program. */
  readonly application: string;
  readonly width: number;
  readonly height: number;
  readonly active: boolean;
  /** There is no screenshot of a window that is minimized. */
  readonly minimized: boolean;
}

/** An area of a desktop's screen, in its pixels. */
export interface IDesktopArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a screenshot is of: a window, which may be covered, or an area; neither: the whole screen. */
export interface IScreenshotSubject {
  /** The identifier of a window. */
  readonly window?: number;
  readonly area?: IDesktopArea;
}

/** What a desktop's clipboard holds in all its forms; RFB carries text only. */
export interface IDesktopClipboard {
  /** Whether the desktop takes other forms over the newest connection, as far as this is known. */
  readonly isUsable: boolean;

  /** Get what was copied on the desktop. */
  read(): Promise<Desktop.IClipboard>;

  /** Replace the contents; resolves once programs can paste them. */
  write(contents: Desktop.IClipboard): Promise<void>;
}

/**
 * A connection to one desktop, which starts the desktop, opens its RFB socket and reconnects when the socket closes.
 *
 * An RFB client takes each socket from `socketOpened`, and calls `handshakeDone` after the RFB handshake.
 */
export interface IDesktopConnection extends IObservableDisposable {
  /** The desktop's name. */
  readonly name: string;

  readonly status: Desktop.IStatus;

  readonly clipboard: IDesktopClipboard;

  /** Emitted when the status has changed. */
  readonly statusChanged: ISignal<IDesktopConnection, Desktop.IStatus>;

  /** Emitted with each new socket, before it is open. */
  readonly socketOpened: ISignal<IDesktopConnection, WebSocket>;

  /** Whether attempts to connect are deferred, because the panel is hidden; after a while, the socket is closed. */
  paused: boolean;

  /** Start the desktop if it is not running, and connect to it. */
  start(): void;

  /** Connect to the desktop if it is running, and leave it stopped otherwise. */
  attach(): void;

  /** Create the desktop again after it was removed, and connect to it. */
  create(): void;

  /** Close the socket and connect again immediately. */
  reconnect(): void;

  /** Connect immediately if an attempt is pending, as when the network is back. */
  wake(): void;

  /** Report that the RFB handshake over the newest socket is done. */
  handshakeDone(): void;

  /** Fetch the desktop's model again. */
  refresh(): Promise<void>;

  /** Count as activity, so that the desktop is not stopped as idle. */
  keep(): Promise<void>;

  /** Pause the programs that control the desktop, or let them go on; reject if that fails. */
  pausePrograms(paused: boolean): Promise<void>;

  /** Fetch the diagnostic report of the desktop and its server. */
  report(): Promise<string>;

  /** Ask the server to change the desktop's size, or its session's scale. */
  changeScreen(change: Desktop.IScreenChange): void;
}

/** The desktops of a Jupyter server. */
export interface IDesktopManager extends IDisposable {
  readonly api: IDesktopAPI;

  /** The most recent list, without a request. */
  desktops(): readonly Desktop.IModel[];

  /** Emitted when a desktop is added, removed or changed. */
  readonly changed: ISignal<IDesktopManager, readonly Desktop.IModel[]>;

  /** Fetch the list now. */
  refresh(): Promise<void>;

  create(options: Desktop.ICreateOptions): Promise<Desktop.IModel>;
  start(name: string): Promise<Desktop.IModel>;
  stop(name: string): Promise<Desktop.IModel>;
  restart(name: string): Promise<Desktop.IModel>;
  keep(name: string): Promise<Desktop.IModel>;
  delete(name: string): Promise<void>;

  /** Return a new connection to a desktop; the caller starts and disposes it. */
  connectTo(name: string): IDesktopConnection;
}

export const IDesktopManager = new Token<IDesktopManager>(
  'jupyter-vnc-proxy:IDesktopManager',
  'The desktops of this Jupyter server: lists, starts and stops them.'
);

/** A widget that shows a desktop. */
export interface IDesktopWidget extends Widget {
  readonly connection: IDesktopConnection;

  /** The number of this view among the views of the same desktop: 1, 2, … */
  readonly view: number;

  /** The title that the user chose for the tab; empty for the desktop's name. */
  customTitle: string;

  /** Emitted when the user has changed the title. */
  readonly renamed: ISignal<IDesktopWidget, void>;
}

/** Tracks the panels that show desktops. */
export type IDesktopTracker = IWidgetTracker<MainAreaWidget<IDesktopWidget>>;

export const IDesktopTracker = new Token<IDesktopTracker>(
  'jupyter-vnc-proxy:IDesktopTracker',
  'Tracks the panels that show desktops.'
);
