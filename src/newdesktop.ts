import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { DesktopError } from './api';
import { showProblem, wordsFor } from './dialogs';
import { errorFrom } from './problems';
import { Desktop } from './tokens';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDesktopManager } from './tokens';

/** Ask what a new desktop is to be, and make it; null where the person changed their mind. */
export async function askNewDesktop(
  manager: IDesktopManager,
  trans: TranslationBundle
): Promise<Desktop.IModel | null> {
  const title = trans.__('New Desktop');
  let choices: Desktop.IChoices;
  try {
    choices = await manager.api.backends();
  } catch (error) {
    await showProblem(title, errorFrom(error).status === 404 ? onlyOne(trans) : error, trans);
    return null;
  }
  let wanted: Desktop.ICreateOptions = { name: freeName(manager.desktops()) };
  let problem = '';
  for (;;) {
    const body = new NewDesktopForm({ choices, wanted, problem, trans });
    const result = await showDialog({
      title,
      body,
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Open') })
      ],
      focusNodeSelector: 'input'
    });
    if (!result.button.accept || result.value === null) {
      return null;
    }
    wanted = result.value;
    try {
      return await manager.create(wanted);
    } catch (error) {
      problem = wordsFor(error, trans);
    }
  }
}

/** jupyter-server-proxy's door leads to one desktop, and has nothing to choose. */
function onlyOne(trans: TranslationBundle): DesktopError {
  return new DesktopError({
    status: 404,
    message: trans.__('Only the server extension has more than one desktop. Switch it on, and restart the server:'),
    fix: 'jupyter server extension enable jupyter_vnc_proxy'
  });
}

/** A name that no desktop has: the server's own scheme. */
export function freeName(models: readonly Desktop.IModel[]): string {
  const taken = new Set(models.map(({ name }) => name));
  let number = 1;
  while (taken.has(`desktop-${number}`)) {
    number++;
  }
  return `desktop-${number}`;
}

/** The fields of a new desktop, and what can't be chosen, with the command that mends it. */
export class NewDesktopForm extends Widget implements Dialog.IBodyWidget<Desktop.ICreateOptions> {
  constructor(options: NewDesktopForm.IOptions) {
    super();
    this.addClass('jp-Desktop-new');
    const { choices, wanted, problem, trans } = options;
    const usable = choices.backends.filter(backend => backend.usable);
    const byServer = trans.__('Chosen by the server');
    const first = usable.find(backend => backend.default);
    this._name = document.createElement('input');
    this._name.className = 'jp-mod-styled';
    this._name.required = true;
    this._name.pattern = Desktop.NAME_PATTERN;
    this._name.maxLength = 32;
    this._name.spellcheck = false;
    this._name.title = trans.__('Up to 32 letters, digits, dots, hyphens and underscores; a letter or digit first');
    this._name.value = wanted.name ?? '';
    this._backend = selectOf(
      [
        ['', first ? trans.__('Chosen by the server (%1)', first.title) : byServer],
        ...usable.map(({ name, title }): [string, string] => [name, title])
      ],
      wanted.backend
    );
    this._session = selectOf(
      [['', byServer], ...choices.sessions.map(({ name, title }): [string, string] => [name, title])],
      wanted.session
    );
    this.node.append(
      fieldOf(trans.__('Name'), this._name),
      fieldOf(trans.__('Backend'), wrapped(this._backend)),
      fieldOf(trans.__('Session'), wrapped(this._session)),
      ...choices.backends.filter(backend => !backend.usable).map(backend => missingLine(backend, trans))
    );
    if (problem) {
      const line = lineOf('jp-Desktop-problem', problem);
      line.setAttribute('role', 'alert');
      this.node.append(line);
    }
  }

  getValue(): Desktop.ICreateOptions {
    const value: Desktop.ICreateOptions = { name: this._name.value };
    if (this._backend.value) {
      value.backend = this._backend.value;
    }
    if (this._session.value) {
      value.session = this._session.value;
    }
    return value;
  }

  private readonly _name: HTMLInputElement;
  private readonly _backend: HTMLSelectElement;
  private readonly _session: HTMLSelectElement;
}

export namespace NewDesktopForm {
  export interface IOptions {
    choices: Desktop.IChoices;
    /** What the fields say at first. */
    wanted: Desktop.ICreateOptions;
    /** Why the server refused the last attempt. */
    problem: string;
    trans: TranslationBundle;
  }
}

function selectOf(options: [value: string, label: string][], chosen = ''): HTMLSelectElement {
  const select = document.createElement('select');
  select.className = 'jp-mod-styled';
  for (const [value, label] of options) {
    select.append(new Option(label, value, false, value === chosen));
  }
  return select;
}

/** JupyterLab's own frame of a select element. */
function wrapped(select: HTMLSelectElement): HTMLElement {
  const frame = document.createElement('div');
  frame.className = 'jp-select-wrapper';
  frame.append(select);
  return frame;
}

function fieldOf(label: string, control: HTMLElement): HTMLElement {
  const field = document.createElement('label');
  const text = document.createElement('span');
  text.textContent = label;
  field.append(text, control);
  return field;
}

function missingLine({ title, missing }: Desktop.IBackend, trans: TranslationBundle): HTMLElement {
  const programs = missing.map(({ program }) => program).join(', ');
  const line = lineOf('jp-Desktop-missing', trans.__('%1 cannot run here without %2.', title, programs));
  for (const fix of new Set(missing.map(each => each.fix))) {
    if (fix !== null) {
      const code = document.createElement('code');
      code.textContent = fix;
      line.append(' ', code);
    }
  }
  return line;
}

function lineOf(className: string, text: string): HTMLElement {
  const line = document.createElement('p');
  line.className = className;
  line.textContent = text;
  return line;
}
