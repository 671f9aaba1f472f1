import { element } from './element';

import type { Desktop } from '../../model';
import type { ITranslation } from '../translation';

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;

/** The fields of a new invitation, and its link. */
export class InvitationForm {
  constructor(options: InvitationForm.IOptions) {
    const { trans } = options;
    this._trans = trans;
    this.node = element('form', 'jp-Desktop-invite');
    const access = element('fieldset');
    access.append(
      element('legend', '', trans.__('People with the link can')),
      this._radio('see', trans.__('view the desktop only')),
      this._radio('control', trans.__('control the desktop'))
    );
    const duration = element('label', '', trans.__('The link works for'));
    const durations: [seconds: number, label: string][] = [
      [15 * MINUTE_S, trans.__('15 minutes')],
      [HOUR_S, trans.__('1 hour')],
      [8 * HOUR_S, trans.__('8 hours')],
      [24 * HOUR_S, trans.__('1 day')]
    ];
    for (const [seconds, label] of durations) {
      const option = element('option', '', label);
      option.value = String(seconds);
      option.selected = seconds === HOUR_S;
      this._duration.append(option);
    }
    duration.append(this._duration);
    const create = element('button', 'jp-mod-styled jp-mod-accept', trans.__('Create Link'));
    create.type = 'submit';
    this._link.hidden = true;
    this._url.readOnly = true;
    this._url.setAttribute('aria-label', trans.__('Link'));
    this._copy.type = 'button';
    this._copy.addEventListener('click', () => void this._copyLink());
    this._link.append(this._url, this._copy);
    const row = element('div', 'jp-Desktop-inviteRow');
    row.append(duration, create);
    this.node.append(access, row, this._link);
    this.node.addEventListener('submit', event => {
      event.preventDefault();
      const { value } = this.node.querySelector<HTMLInputElement>('input[name=access]:checked')!;
      options.create(value === 'control' ? 'control' : 'see', Number(this._duration.value));
    });
  }

  readonly node: HTMLFormElement;

  /** Show the link of a new invitation. */
  showLink(url: string): void {
    this._link.hidden = false;
    this._url.value = url;
    this._copy.textContent = this._trans.__('Copy Link');
    this._url.focus();
    this._url.select();
  }

  private async _copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this._url.value);
      this._copy.textContent = this._trans.__('Copied');
    } catch {
      // The clipboard needs https: select the link for the user to copy.
      this._url.focus();
      this._url.select();
    }
  }

  private _radio(value: Desktop.Access, text: string): HTMLElement {
    const label = element('label');
    const input = element('input');
    input.type = 'radio';
    input.name = 'access';
    input.value = value;
    input.checked = value === 'see';
    label.append(input, text);
    return label;
  }

  private readonly _trans: ITranslation;
  private readonly _duration = element('select');
  private readonly _link = element('div', 'jp-Desktop-inviteLink');
  private readonly _url = element('input');
  private readonly _copy = element('button', 'jp-mod-styled');
}

export namespace InvitationForm {
  export interface IOptions {
    trans: ITranslation;
    /** Called when the user submits the form. */
    create: (access: Desktop.Access, seconds: number) => void;
  }
}
