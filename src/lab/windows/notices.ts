import { Notification } from '@jupyterlab/apputils';

import { labelFor } from '../../viewer/titles';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Desktop } from '../../model';
import type { IDesktopAPI } from '../../tokens';

/** The event that tells of windows which have appeared or closed on a desktop. */
export const WINDOWS_EVENT = 'https://events.jupyter.org/jupyter_vnc_proxy/windows/v1';

/** The longest title in a notice, in characters; JupyterLab cuts a whole notice after 140. */
const MAX_TITLE_LENGTH = 60;

/** Input on another viewer within this time before a window appears has probably opened it. */
const INPUT_TIME_MS = 10_000;

/** One notice for each desktop on which windows have appeared that nobody has seen. */
export class WindowNotices implements IDisposable {
  constructor(options: WindowNotices.IOptions) {
    this._options = options;
    options.events.connect(this._onEvent, this);
    Notification.manager.changed.connect(this._onNotification, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._options.events.disconnect(this._onEvent, this);
    Notification.manager.changed.disconnect(this._onNotification, this);
    for (const desktop of this._desktops.values()) {
      this._dismiss(desktop);
    }
  }

  /** Update the notices after panels or settings have changed. */
  update(): void {
    for (const desktop of this._desktops.values()) {
      if (!this._mayNotify(desktop.name)) {
        this._see(desktop);
      }
    }
  }

  private _onEvent(_: unknown, event: WindowNotices.IEvent): void {
    const { schema_id: schema, name, since } = event;
    if (schema === WINDOWS_EVENT && typeof name === 'string' && typeof since === 'number') {
      const desktop = this._desktops.get(name) ?? { name, seen: since, windows: [], notice: '', requests: 0 };
      this._desktops.set(name, desktop);
      void this._fetch(desktop);
    }
  }

  private async _fetch(desktop: IWatched): Promise<void> {
    const { api } = this._options;
    const request = ++desktop.requests;
    const isCurrent = () => !this._isDisposed && request === desktop.requests;
    try {
      const windows = await api.newWindows(desktop.name);
      if (!isCurrent()) {
        return;
      }
      desktop.windows = windows;
      if (!this._mayNotify(desktop.name)) {
        this._see(desktop);
        return;
      }
      const newest = unseen(desktop).at(-1);
      if (newest !== undefined && desktop.notice === '' && (await this._wasOpenedElsewhere(desktop.name, newest))) {
        if (isCurrent()) {
          this._see(desktop);
        }
        return;
      }
      if (isCurrent()) {
        this._notify(desktop);
      }
    } catch {
      // The user may not see the desktop, or it is gone; another event may follow.
    }
  }

  private _mayNotify(name: string): boolean {
    return this._options.isWanted(name) && !this._options.isVisible(name);
  }

  /** Whether somebody used the desktop in another page or window just before a window appeared. */
  private async _wasOpenedElsewhere(name: string, window: Desktop.INewWindow): Promise<boolean> {
    const { api, connections } = this._options;
    const { viewers = [], last_activity: activity } = await api.get(name);
    const own = connections(name);
    return viewers.some(({ id }) => !own.includes(id)) && window.number - Date.parse(activity) < INPUT_TIME_MS;
  }

  private _notify(desktop: IWatched): void {
    const windows = unseen(desktop);
    if (windows.length === 0) {
      this._dismiss(desktop);
      return;
    }
    const { name } = desktop;
    const { trans } = this._options;
    const label = labelFor(name, trans);
    // What waits for an answer is more important than what came last.
    const window = windows.filter(({ dialog, urgent }) => dialog || urgent).at(-1) ?? windows.at(-1)!;
    const message =
      windows.length === 1
        ? trans.__('A window has appeared on "%1": %2', label, this._describe(window))
        : trans.__('%1 windows have appeared on "%2", such as: %3', windows.length, label, this._describe(window));
    const options = {
      autoClose: false as const,
      actions: [
        {
          label: trans.__('Show'),
          caption: trans.__('Open the desktop'),
          displayType: 'accent' as const,
          callback: () => this._options.show(name)
        },
        {
          label: trans.__('Mute'),
          caption: trans.__('Show no more notices about windows on this desktop'),
          callback: () => this._options.mute(name)
        }
      ]
    };
    if (desktop.notice !== '' && Notification.manager.has(desktop.notice)) {
      Notification.update({ id: desktop.notice, message, ...options });
    } else {
      desktop.notice = Notification.info(message, options);
    }
  }

  private _describe({ title, application }: Desktop.INewWindow): string {
    const { trans } = this._options;
    const name = shortened(title || application || trans.__('without a title'));
    return title && application && application !== title ? `${name} (${shortened(application, 20)})` : name;
  }

  /** Count the windows that are there as seen. */
  private _see(desktop: IWatched): void {
    desktop.seen = Math.max(desktop.seen, ...desktop.windows.map(({ number }) => number));
    this._dismiss(desktop);
  }

  private _dismiss(desktop: IWatched): void {
    const { notice } = desktop;
    desktop.notice = '';
    if (notice !== '') {
      Notification.dismiss(notice);
    }
  }

  /** A notice that the user has removed is about windows that are known. */
  private _onNotification(_: unknown, { type, notification }: Notification.IChange): void {
    const desktop = [...this._desktops.values()].find(({ notice }) => notice === notification.id);
    if (type === 'removed' && desktop !== undefined) {
      desktop.notice = '';
      this._see(desktop);
    }
  }

  private readonly _options: WindowNotices.IOptions;
  private readonly _desktops = new Map<string, IWatched>();
  private _isDisposed = false;
}

/** What is known of a desktop's windows. */
interface IWatched {
  readonly name: string;
  /** The highest number of the windows that were seen, or that were there first. */
  seen: number;
  windows: Desktop.INewWindow[];
  /** The id of the notice; empty if there is none. */
  notice: string;
  /** The number of requests that were sent. */
  requests: number;
}

function unseen({ windows, seen }: IWatched): Desktop.INewWindow[] {
  return windows.filter(({ number }) => number > seen);
}

function shortened(text: string, length = MAX_TITLE_LENGTH): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

export namespace WindowNotices {
  /** A Jupyter event. */
  export interface IEvent {
    readonly schema_id: string;
    readonly [field: string]: unknown;
  }

  export interface IOptions {
    api: IDesktopAPI;
    /** Jupyter's events. */
    events: ISignal<unknown, IEvent>;
    trans: TranslationBundle;
    /** Whether a panel that shows a desktop is visible. */
    isVisible: (name: string) => boolean;
    /** Whether the user wants notices about a desktop. */
    isWanted: (name: string) => boolean;
    /** The ids of this page's connections to a desktop. */
    connections: (name: string) => readonly string[];
    /** Open a desktop. */
    show: (name: string) => void;
    /** Show no more notices about a desktop. */
    mute: (name: string) => void;
  }
}
