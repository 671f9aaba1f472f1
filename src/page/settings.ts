import { Signal } from '@lumino/signaling';

import { changed, resolved, scopeOf } from '../viewer/settings/values';

import type { ISignal } from '@lumino/signaling';
import type { ISetting, SettingValue } from '../viewer/settings/table';
import type { IResolvedSettings, StoredSettings } from '../viewer/settings/values';

const STORAGE_KEY = 'jupyter-vnc-proxy:settings';

/** The settings of the plain page, which this browser stores for all its pages. */
export class PageSettings {
  /** `desktop`: the desktop that the page shows. */
  constructor(
    readonly table: readonly ISetting[],
    readonly desktop: string
  ) {
    this._stored = read();
    window.addEventListener('storage', event => {
      if (event.key === STORAGE_KEY) {
        this._stored = read();
        this._changed.emit();
      }
    });
  }

  /** Emitted when a setting has changed, here or on another page. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get stored(): StoredSettings {
    return this._stored;
  }

  /** The settings of the page's desktop. */
  get current(): IResolvedSettings {
    return resolved(this.table, this._stored, this.desktop);
  }

  /** Change a setting for all desktops or for one; undefined removes that of the one. */
  set(desktop: string | null, key: string, value: SettingValue | undefined): void {
    this._stored = changed(this._stored, desktop, key, value);
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(this._stored));
    } catch {
      // Without storage, they last until the page is closed.
    }
    this._changed.emit();
  }

  /** Change a setting for the page's desktop if it has its own value, else for all. */
  choose(key: string, value: SettingValue): void {
    this.set(scopeOf(this.table, this._stored, this.desktop, key), key, value);
  }

  toggleStatistics(): void {
    this.choose('showStatistics', !this.current.showStatistics);
  }

  private readonly _changed = new Signal<this, void>(this);
  private _stored: StoredSettings;
}

/** Return what is stored; what is not understood there counts as nothing. */
function read(): StoredSettings {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as StoredSettings) : {};
  } catch {
    return {};
  }
}
