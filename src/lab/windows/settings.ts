import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';

/** Whether programs of a notebook's kernel open their windows on the desktop with this name, or nowhere. */
export type KernelDisplay = { readonly desktop: string } | 'none';

const MUTED = 'mutedDesktops';
const NOTEBOOKS = 'notebooks';

/** The value of a notebook whose kernel has no display; no desktop has this name. */
const NONE = '-';

/** The user's settings about windows; without a registry, they last until the page is closed. */
export class WindowSettings {
  /** Emitted when a setting has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether windows that appear unseen on a desktop are announced. */
  notifies(desktop: string): boolean {
    return this._stored.notices !== false && !this._muted.includes(desktop);
  }

  /** Announce no more windows of a desktop. */
  async mute(desktop: string): Promise<void> {
    await this._set(MUTED, [...new Set([...this._muted, desktop])].sort());
  }

  /** What the user has chosen for the kernel of a notebook; null leaves it to the server. */
  displayOf(path: string): KernelDisplay | null {
    const value = this._notebooks[path];
    return typeof value !== 'string' || value === '' ? null : value === NONE ? 'none' : { desktop: value };
  }

  /** Choose for the kernel of a notebook. */
  async setDisplay(path: string, display: KernelDisplay): Promise<void> {
    await this._set(NOTEBOOKS, { ...this._notebooks, [path]: display === 'none' ? NONE : display.desktop });
  }

  /** Follow the settings of a plugin; if they can't be read, say so and keep the defaults. */
  async follow(registry: ISettingRegistry, id: string, trans: TranslationBundle): Promise<void> {
    try {
      const settings = await registry.load(id);
      this._settings = settings;
      settings.changed.connect(() => this._update(settings.composite));
      this._update(settings.composite);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      Notification.warning(
        trans.__('The settings of windows on desktops are ignored, because they are invalid: %1', reason)
      );
    }
  }

  private get _muted(): string[] {
    const value = this._stored[MUTED];
    return Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
  }

  private get _notebooks(): Record<string, string> {
    const value = this._stored[NOTEBOOKS];
    return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {};
  }

  private async _set(key: string, value: string[] | Record<string, string>): Promise<void> {
    this._update({ ...this._stored, [key]: value });
    await this._settings?.set(key, value);
  }

  private _update(stored: Readonly<Record<string, unknown>>): void {
    this._stored = stored;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _stored: Readonly<Record<string, unknown>> = {};
  private _settings: ISettingRegistry.ISettings | null = null;
}
