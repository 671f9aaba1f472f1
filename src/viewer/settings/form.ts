import { isMac } from '../keyboard/events';
import { element } from '../sharing/element';
import { brokenOverrides, overridesOf, valuesFor } from './values';

import type { ITranslation } from '../translation';
import type { ISetting, SettingValue } from './table';
import type { StoredSettings } from './values';

let formCount = 0;

/** A form of settings, for all desktops or for one; each change takes effect immediately. */
export class SettingsForm {
  constructor(options: SettingsForm.IOptions) {
    this._options = options;
    this._desktop = options.desktop;
    this.node = element('form', 'jp-Desktop-settings');
    this.node.addEventListener('submit', event => event.preventDefault());
    this.update();
  }

  readonly node: HTMLFormElement;

  /** The desktop that the settings are for; null for all. */
  get desktop(): string | null {
    return this._desktop;
  }
  set desktop(value: string | null) {
    this._desktop = value;
    this.update();
  }

  /** Show the settings anew, after a change elsewhere. */
  update(): void {
    const { table } = this._options;
    const focused = this.node.contains(document.activeElement) ? document.activeElement?.id : undefined;
    const shown = table.filter(each => (this._desktop === null || each.isPerDesktop) && (!each.isForMac || isMac()));
    this.node.replaceChildren(...this._problems(), ...shown.map(setting => this._field(setting)));
    if (focused) {
      this.node.querySelector<HTMLElement>(`[id="${focused}"]`)?.focus();
    }
  }

  private _problems(): HTMLElement[] {
    const { table, stored, trans } = this._options;
    return brokenOverrides(table, stored())
      .filter(({ desktop }) => desktop === this._desktop)
      .map(({ key }) => {
        const text = trans.__('Ignored, because it is unknown or has a wrong value: %1', key ?? this._desktop);
        const node = element('p', 'jp-Desktop-problem', text);
        node.setAttribute('role', 'alert');
        return node;
      });
  }

  private _field(setting: ISetting): HTMLElement {
    const node = element('div', 'jp-Desktop-setting');
    const label = element('label', '', setting.title);
    const description = element('p', '', setting.description);
    const control = this._control(setting);
    control.id = `${this._id}-${setting.key}`;
    control.dataset.key = setting.key;
    label.htmlFor = control.id;
    description.id = `${control.id}-description`;
    control.setAttribute('aria-describedby', description.id);
    node.append(...(control.type === 'checkbox' ? [control, label] : [label, control]), description);
    node.classList.toggle('jp-mod-checkbox', control.type === 'checkbox');
    return node;
  }

  private _control(setting: ISetting): HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
    const { table, stored, change } = this._options;
    const values = valuesFor(table, stored(), this._desktop);
    const value = values[setting.key];
    if (Array.isArray(setting.default)) {
      return listControl(value as readonly string[], lines => change(this._desktop, setting.key, lines));
    }
    if (typeof setting.default === 'boolean' && this._desktop === null) {
      const box = element('input');
      box.type = 'checkbox';
      box.checked = value === true;
      box.addEventListener('change', () => change(null, setting.key, box.checked));
      return box;
    }
    return this._select(setting, value);
  }

  private _select(setting: ISetting, value: SettingValue): HTMLSelectElement {
    const { table, stored, change, trans } = this._options;
    const choices = choicesOf(setting, trans);
    const select = element('select', 'jp-mod-styled');
    if (this._desktop !== null) {
      const common = valuesFor(table, stored(), null)[setting.key];
      const title = choices.find(each => each.value === common)?.title ?? '';
      select.append(new Option(trans.__('As for all desktops (%1)', title), COMMON));
    }
    choices.forEach((choice, index) => select.append(new Option(choice.title, String(index))));
    const own = this._desktop === null || setting.key in overridesOf(table, stored(), this._desktop);
    select.value = own ? String(choices.findIndex(each => each.value === value)) : COMMON;
    select.addEventListener('change', () => {
      change(this._desktop, setting.key, select.value === COMMON ? undefined : choices[Number(select.value)].value);
    });
    return select;
  }

  private readonly _options: SettingsForm.IOptions;
  private readonly _id = `jp-Desktop-setting-${++formCount}`;
  private _desktop: string | null;
}

export namespace SettingsForm {
  export interface IOptions {
    table: readonly ISetting[];
    /** Returns what is stored. */
    stored: () => StoredSettings;
    /** Changes a setting for all desktops or for one; undefined removes that of the one. */
    change: (desktop: string | null, key: string, value: SettingValue | undefined) => void;
    /** The desktop that the form begins with; null for all. */
    desktop: string | null;
    trans: ITranslation;
  }
}

/** The option for what is set for all desktops. */
const COMMON = 'common';

function choicesOf(setting: ISetting, trans: ITranslation): { value: SettingValue; title: string }[] {
  if (setting.choices !== undefined) {
    return [...setting.choices];
  }
  if (setting.range !== undefined) {
    const [least, most] = setting.range;
    return Array.from({ length: most - least + 1 }, (_, index) => ({
      value: least + index,
      title: String(least + index)
    }));
  }
  return [
    { value: true, title: trans.__('Yes') },
    { value: false, title: trans.__('No') }
  ];
}

/** A field with one entry on each line. */
function listControl(lines: readonly string[], change: (lines: string[]) => void): HTMLTextAreaElement {
  const area = element('textarea', 'jp-mod-styled');
  area.rows = 3;
  area.value = lines.join('\n');
  area.addEventListener('change', () => {
    const entries = area.value.split('\n').map(line => line.trim());
    change(entries.filter(line => line !== ''));
  });
  return area;
}
