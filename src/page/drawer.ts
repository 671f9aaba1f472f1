import { element } from '../viewer/sharing/element';
import { SettingsForm } from '../viewer/settings/form';
import { labelFor } from '../viewer/titles';

import type { ITranslation } from '../viewer/translation';
import type { PageSettings } from './settings';

const ALL = 'all';
const THIS = 'this';

/** The settings at the right edge of the page; what they change is seen beside them. */
export class SettingsDrawer {
  /** `returnFocus` focuses what opened the drawer. */
  constructor(settings: PageSettings, trans: ITranslation, returnFocus: () => void) {
    this._returnFocus = returnFocus;
    this.node = element('section', 'jp-Desktop-drawer');
    this.node.setAttribute('role', 'dialog');
    this.node.hidden = true;
    const title = element('h2', '', trans.__('Settings'));
    title.id = 'jp-Desktop-settingsTitle';
    this.node.setAttribute('aria-labelledby', title.id);
    const close = element('button', 'jp-mod-styled jp-mod-minimal', '×');
    close.setAttribute('aria-label', trans.__('Close'));
    close.addEventListener('click', () => this.close());
    const header = element('header');
    header.append(title, close);
    this._form = new SettingsForm({
      table: settings.table,
      stored: () => settings.stored,
      change: (desktop, key, value) => settings.set(desktop, key, value),
      desktop: null,
      trans
    });
    this.node.append(header, this._scope(labelFor(settings.desktop, trans), settings.desktop, trans), this._form.node);
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape' && !event.defaultPrevented) {
        event.preventDefault();
        this.close();
      }
    });
    settings.changed.connect(() => {
      if (!this.node.hidden) {
        this._form.update();
      }
    });
  }

  readonly node: HTMLElement;

  open(): void {
    this._form.update();
    this.node.hidden = false;
    this.node.querySelector('select')?.focus();
  }

  close(): void {
    this.node.hidden = true;
    this._returnFocus();
  }

  /** The choice of the desktops that the settings are for. */
  private _scope(title: string, desktop: string, trans: ITranslation): HTMLElement {
    const node = element('div', 'jp-Desktop-settingsScope');
    const label = element('label', '', trans.__('For'));
    const select = element('select', 'jp-mod-styled');
    select.id = 'jp-Desktop-settingsScope';
    label.htmlFor = select.id;
    select.append(new Option(trans.__('all desktops in this browser'), ALL));
    select.append(new Option(trans.__('this desktop (%1)', title), THIS));
    select.addEventListener('change', () => {
      this._form.desktop = select.value === THIS ? desktop : null;
    });
    node.append(label, select);
    return node;
  }

  private readonly _returnFocus: () => void;
  private readonly _form: SettingsForm;
}
