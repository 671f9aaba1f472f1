import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

import { settingsTable } from '../viewer/settings/table';
import { brokenOverrides, changed, DESKTOPS_KEY, resolved, scopeOf } from '../viewer/settings/values';

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONValue } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { ISetting, SettingValue } from '../viewer/settings/table';
import type { IResolvedSettings, StoredSettings } from '../viewer/settings/values';

/** The plugin that has them, the one for panels. */
export const SETTINGS_ID = 'jupyter-vnc-proxy:plugin';

/** The user's settings in JupyterLab, for all desktops and for single ones. */
export class LabSettings {
  constructor(private readonly _trans: TranslationBundle) {
    this.table = settingsTable(_trans);
  }

  readonly table: readonly ISetting[];

  /** Emitted when a setting has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get stored(): StoredSettings {
    return this._stored;
  }

  /** Whether the status bar has an item. */
  get showsStatusItem(): boolean {
    return this._stored.showStatusItem !== false;
  }

  /** The settings of one desktop's viewers. */
  for(desktop: string): IResolvedSettings {
    return resolved(this.table, this._stored, desktop);
  }

  /** Follow the settings of a plugin; if they can't be read, say so and keep the defaults. */
  async follow(registry: ISettingRegistry, id: string): Promise<void> {
    try {
      const settings = await registry.load(id);
      this._settings = settings;
      settings.changed.connect(() => this._update(settings.composite));
      this._update(settings.composite);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      Notification.warning(
        this._trans.__('The settings of desktops are ignored, because they are invalid: %1', reason)
      );
    }
  }

  /** Change a setting for all desktops or for one; undefined removes that of the one. */
  async set(desktop: string | null, key: string, value: SettingValue | undefined): Promise<void> {
    const stored = changed(this._stored, desktop, key, value);
    const top = desktop === null ? key : DESKTOPS_KEY;
    if (this._settings === null) {
      // Without a registry, they last until the page is closed.
      this._update(stored);
    } else {
      await this._settings.set(top, stored[top] as PartialJSONValue);
    }
  }

  /** Change a setting for a desktop if it has its own value, else for all. */
  async choose(desktop: string, key: string, value: SettingValue): Promise<void> {
    await this.set(scopeOf(this.table, this._stored, desktop, key), key, value);
  }

  async toggleStatistics(desktop: string): Promise<void> {
    await this.choose(desktop, 'showStatistics', !this.for(desktop).showStatistics);
  }

  private _update(stored: StoredSettings): void {
    this._stored = stored;
    this._report();
    this._changed.emit();
  }

  /** Say which settings of single desktops are ignored, each time that there are others. */
  private _report(): void {
    const broken = brokenOverrides(this.table, this._stored).map(({ desktop, key }) =>
      key === null ? desktop : `${desktop}: ${key}`
    );
    const text = broken.join(', ');
    if (text !== '' && text !== this._reported) {
      Notification.warning(
        this._trans.__(
          'Some settings of single desktops are ignored, because they are unknown or have a wrong value: %1',
          text
        ),
        { autoClose: false }
      );
    }
    this._reported = text;
  }

  private readonly _changed = new Signal<this, void>(this);
  private _stored: StoredSettings = {};
  private _settings: ISettingRegistry.ISettings | null = null;
  private _reported = '';
}
