import { Styling } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

import { Desktop } from '../tokens';

import type { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

/** The fields of a new desktop, and what can't be chosen, with the command that mends it. */
export class NewDesktopForm extends Widget implements Dialog.IBodyWidget<Desktop.ICreateOptions> {
  constructor(options: NewDesktopForm.IOptions) {
    super();
    this.addClass('jp-Desktop-new');
    const { choices, wanted, problem, trans } = options;
    this._trans = trans;
    this._usable = choices.backends.filter(backend => backend.usable);
    const byServer = trans.__('Chosen by the server');
    const first = this._usable.find(backend => backend.default);
    this._name = nameInput(wanted.name ?? '');
    this._backend = selectOf(
      [
        ['', first ? trans.__('Chosen by the server (%1)', first.title) : byServer],
        ...this._usable.map(({ name, title }): [string, string] => [name, title])
      ],
      wanted.backend
    );
    this._session = selectOf(
      [['', byServer], ...choices.sessions.map(({ name, title }): [string, string] => [name, title])],
      wanted.session
    );
    this._own.className = 'jp-Desktop-own';
    this.node.append(
      fieldOf(trans.__('Name'), this._name, '', nameWords(trans)),
      fieldOf(trans.__('Backend'), this._backend),
      this._own,
      fieldOf(trans.__('Session'), this._session),
      ...choices.backends.filter(backend => !backend.usable).map(backend => missingLine(backend, trans))
    );
    if (problem) {
      const line = lineOf('jp-Desktop-problem', problem);
      line.setAttribute('role', 'alert');
      this.node.append(line);
    }
    this._showOwn(wanted);
    this._backend.addEventListener('input', () => {
      this._showOwn({});
      // What is there at first is styled by the dialog.
      Styling.styleNode(this._own);
      this._lookAgain();
    });
    this._own.addEventListener('input', () => this._lookAgain());
  }

  getValue(): Desktop.ICreateOptions {
    const value: Desktop.ICreateOptions = { name: this._name.value };
    if (this._session.value) {
      value.session = this._session.value;
    }
    const backend = this._chosen();
    if (backend === undefined) {
      return value;
    }
    value.backend = backend.name;
    // The server's own choice may be one that this backend lacks.
    const transport = this._transport?.value ?? (backend.transports.length === 1 ? backend.transports[0] : '');
    if (transport) {
      value.transport = transport;
    }
    const filled = [...this._options].filter(([, control]) => control.value !== '');
    if (filled.length > 0) {
      value.options = Object.fromEntries(filled.map(([name, control]) => [name, control.value]));
    }
    return value;
  }

  /** The dialog looks at each input whether all fields are valid, but before they know. */
  private _lookAgain(): void {
    this.node.dispatchEvent(new Event('input', { bubbles: true }));
  }

  private _chosen(): Desktop.IBackend | undefined {
    return this._usable.find(({ name }) => name === this._backend.value);
  }

  /** The fields that the chosen backend alone has, filled in with what is wanted. */
  private _showOwn({ transport, options = {} }: Desktop.ICreateOptions): void {
    const trans = this._trans;
    this._own.replaceChildren();
    this._options.clear();
    this._transport = null;
    const { transports, fields = [] } = this._chosen() ?? { transports: [] };
    if (transports.length > 1) {
      const choices = transports.map((each): [string, string] => [each, each]);
      this._transport = selectOf([['', trans.__('Chosen by the server')], ...choices], transport);
      this._own.append(fieldOf(trans.__('Transport'), this._transport));
    }
    for (const field of fields) {
      const control = controlOf(field, options[field.name] ?? field.default ?? '', trans);
      this._options.set(field.name, control);
      const words = () => (control.value === '' ? trans.__('This is needed.') : trans.__('This does not fit.'));
      this._own.append(fieldOf(field.label, control, field.description, words));
    }
  }

  private readonly _trans: TranslationBundle;
  private readonly _usable: Desktop.IBackend[];
  private readonly _name: HTMLInputElement;
  private readonly _backend: HTMLSelectElement;
  private readonly _session: HTMLSelectElement;
  private readonly _own = document.createElement('div');
  private readonly _options = new Map<string, HTMLInputElement | HTMLSelectElement>();
  private _transport: HTMLSelectElement | null = null;
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

function nameInput(value: string): HTMLInputElement {
  const input = inputOf(value);
  input.required = true;
  input.pattern = Desktop.NAME_PATTERN;
  input.maxLength = 32;
  return input;
}

function nameWords(trans: TranslationBundle): (input: HTMLInputElement) => string {
  return ({ value }) => {
    if (value === '') {
      return trans.__('A desktop needs a name.');
    }
    return /^[A-Za-z0-9]/.test(value)
      ? trans.__('A name has up to 32 letters (A to Z), digits, dots, hyphens and underscores, and no spaces.')
      : trans.__('A name begins with a letter (A to Z) or a digit.');
  };
}

function controlOf(
  field: Desktop.IField,
  value: string,
  trans: TranslationBundle
): HTMLInputElement | HTMLSelectElement {
  if (field.choices !== undefined) {
    const choices = field.choices.map((each): [string, string] => [each, each]);
    const none: [string, string][] = field.default === undefined ? [['', trans.__('None')]] : [];
    const select = selectOf([...none, ...choices], value);
    select.required = field.required;
    return select;
  }
  const input = inputOf(value);
  input.required = field.required;
  if (field.pattern !== undefined) {
    checkPattern(input, field.pattern);
  }
  return input;
}

/** As the attribute `pattern` does, which knows no unescaped hyphen in a class, as Python's expressions have it. */
function checkPattern(input: HTMLInputElement, pattern: string): void {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    // The server checks it by its own.
    return;
  }
  const check = () => input.setCustomValidity(input.value === '' || expression.test(input.value) ? '' : pattern);
  input.addEventListener('input', check);
  check();
}

function inputOf(value: string): HTMLInputElement {
  const input = document.createElement('input');
  input.className = 'jp-mod-styled';
  input.spellcheck = false;
  input.autocomplete = 'off';
  input.value = value;
  return input;
}

function selectOf(options: [value: string, label: string][], chosen = ''): HTMLSelectElement {
  const select = document.createElement('select');
  select.className = 'jp-mod-styled';
  for (const [value, label] of options) {
    select.append(new Option(label, value, false, value === chosen));
  }
  return select;
}

/** A labelled control; below it what it is for, and while its value can't be taken, why. */
function fieldOf<T extends HTMLInputElement | HTMLSelectElement>(
  label: string,
  control: T,
  description = '',
  words: ((control: T) => string) | null = null
): HTMLElement {
  const field = document.createElement('div');
  field.className = 'jp-Desktop-field';
  const labelled = document.createElement('label');
  const text = document.createElement('span');
  text.textContent = label;
  labelled.append(text, control);
  field.append(labelled);
  if (description) {
    field.append(lineOf('jp-Desktop-description', description));
  }
  if (words !== null) {
    const line = lineOf('jp-Desktop-invalid', '');
    line.setAttribute('aria-live', 'polite');
    field.append(line);
    control.addEventListener('input', () => {
      line.textContent = control.validity.valid ? '' : words(control);
    });
  }
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
