import { Styling } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

import { Desktop } from '../model';
import { translateServerText } from '../viewer/servertexts';

import type { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

/** The form for a new desktop; below it, the backends that are not installed, with the command that installs them. */
export class NewDesktopForm extends Widget implements Dialog.IBodyWidget<Desktop.ICreateOptions> {
  constructor(options: NewDesktopForm.IOptions) {
    super();
    this.addClass('jp-Desktop-new');
    const { choices, initial, problem, trans } = options;
    this._trans = trans;
    this._usable = choices.backends.filter(backend => backend.usable);
    const automatic = trans.__('Automatic');
    const first = this._usable.find(backend => backend.default);
    this._name = nameInput(initial.name ?? '');
    this._backend = selectOf(
      [
        ['', first ? trans.__('Automatic (%1)', first.title) : automatic],
        ...this._usable.map(({ name, title }): [string, string] => [name, title])
      ],
      initial.backend
    );
    this._session = selectOf(
      [
        ['', automatic],
        ...choices.sessions.map(({ name, title }): [string, string] => [name, translateServerText(title, trans)])
      ],
      initial.session
    );
    this._backendFields.className = 'jp-Desktop-backendFields';
    this.node.append(
      fieldOf(trans.__('Name'), this._name, '', nameMessage(trans)),
      fieldOf(trans.__('Backend'), this._backend),
      this._backendFields,
      fieldOf(trans.__('Session'), this._session),
      ...choices.backends.filter(backend => !backend.usable).map(backend => missingLine(backend, trans))
    );
    if (problem) {
      const line = lineOf('jp-Desktop-problem', problem);
      line.setAttribute('role', 'alert');
      this.node.append(line);
    }
    this._showBackendOptions(initial);
    this._backend.addEventListener('input', () => {
      this._showBackendOptions({});
      // The dialog only styles the initial fields.
      Styling.styleNode(this._backendFields);
      this._validate();
    });
    this._backendFields.addEventListener('input', () => this._validate());
    this.node.addEventListener('input', () => this._disableCreate());
  }

  getValue(): Desktop.ICreateOptions {
    const value: Desktop.ICreateOptions = { name: this._name.value };
    if (this._session.value) {
      value.session = this._session.value;
    }
    const backend = this._selectedBackend();
    if (backend === undefined) {
      return value;
    }
    value.backend = backend.name;
    // The server's default transport may not be available with this backend.
    const transport = this._transport?.value ?? (backend.transports.length === 1 ? backend.transports[0] : '');
    if (transport) {
      value.transport = transport;
    }
    const entries = [...this._options].filter(([, control]) => control.value !== '');
    if (entries.length > 0) {
      value.options = Object.fromEntries(entries.map(([name, control]) => [name, control.value]));
    }
    return value;
  }

  /** Have the dialog validate the form again: it does so on each input event, but before our listeners run. */
  private _validate(): void {
    this.node.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** Disable "Create" while a value is not valid, as later dialogs than JupyterLab 4.0's do themselves. */
  private _disableCreate(): void {
    const create = this.node.closest('.jp-Dialog')?.querySelector<HTMLButtonElement>('.jp-mod-accept');
    if (create) {
      create.disabled = this.node.querySelector(':invalid') !== null;
    }
  }

  private _selectedBackend(): Desktop.IBackend | undefined {
    return this._usable.find(({ name }) => name === this._backend.value);
  }

  /** Show the fields of the selected backend, with initial values. */
  private _showBackendOptions({ transport, options = {} }: Desktop.ICreateOptions): void {
    const trans = this._trans;
    this._backendFields.replaceChildren();
    this._options.clear();
    this._transport = null;
    const { transports, fields = [] } = this._selectedBackend() ?? { transports: [] };
    if (transports.length > 1) {
      const choices = transports.map((each): [string, string] => [each, each]);
      this._transport = selectOf([['', trans.__('Automatic')], ...choices], transport);
      this._backendFields.append(fieldOf(trans.__('Transport'), this._transport));
    }
    for (const field of fields) {
      const control = controlOf(field, options[field.name] ?? field.default ?? '', trans);
      this._options.set(field.name, control);
      const message = () => (control.value === '' ? trans.__('This is required.') : trans.__('This is not valid.'));
      const [label, description] = [field.label, field.description].map(text => translateServerText(text, trans));
      this._backendFields.append(fieldOf(label, control, description, message));
    }
  }

  private readonly _trans: TranslationBundle;
  private readonly _usable: Desktop.IBackend[];
  private readonly _name: HTMLInputElement;
  private readonly _backend: HTMLSelectElement;
  private readonly _session: HTMLSelectElement;
  private readonly _backendFields = document.createElement('div');
  private readonly _options = new Map<string, HTMLInputElement | HTMLSelectElement>();
  private _transport: HTMLSelectElement | null = null;
}

export namespace NewDesktopForm {
  export interface IOptions {
    choices: Desktop.IChoices;
    /** The initial values of the fields. */
    initial: Desktop.ICreateOptions;
    /** The error of the last attempt, or an empty string. */
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

function nameMessage(trans: TranslationBundle): (input: HTMLInputElement) => string {
  return ({ value }) => {
    if (value === '') {
      return trans.__('Enter a name.');
    }
    return /^[A-Za-z0-9]/.test(value)
      ? trans.__('Use up to 32 letters (A to Z), digits, dots, hyphens and underscores, and no spaces.')
      : trans.__('Begin with a letter (A to Z) or a digit.');
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
  if (field.secret) {
    input.type = 'password';
    // Browsers ignore "off" for passwords, and would fill in that of the page's login.
    input.autocomplete = 'new-password';
  }
  if (field.pattern !== undefined) {
    checkPattern(input, field.pattern);
  }
  return input;
}

/** Check a pattern as the `pattern` attribute does, which rejects the unescaped hyphens of Python's patterns. */
function checkPattern(input: HTMLInputElement, pattern: string): void {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    // The server validates the value.
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

/** Return a labelled control with its description and, while its value is not valid, a message. */
function fieldOf<T extends HTMLInputElement | HTMLSelectElement>(
  label: string,
  control: T,
  description = '',
  message: ((control: T) => string) | null = null
): HTMLElement {
  const field = document.createElement('div');
  field.className = 'jp-Desktop-field';
  const labelled = document.createElement('label');
  const text = document.createElement('span');
  text.textContent = label;
  labelled.append(text, control);
  field.append(labelled);
  const describedBy: string[] = [];
  const add = (className: string, content: string): HTMLElement => {
    const line = lineOf(className, content);
    line.id = `jp-Desktop-line-${++lineCount}`;
    describedBy.push(line.id);
    control.setAttribute('aria-describedby', describedBy.join(' '));
    field.append(line);
    return line;
  };
  if (description) {
    add('jp-Desktop-description', description);
  }
  if (message !== null) {
    const line = add('jp-Desktop-invalid', '');
    line.setAttribute('aria-live', 'polite');
    control.addEventListener('input', () => {
      line.textContent = control.validity.valid ? '' : message(control);
      control.setAttribute('aria-invalid', String(!control.validity.valid));
    });
  }
  return field;
}

/** Tells the ids of lines apart. */
let lineCount = 0;

function missingLine({ title, missing }: Desktop.IBackend, trans: TranslationBundle): HTMLElement {
  const programs = missing.map(({ program }) => program).join(', ');
  const line = lineOf('jp-Desktop-missing', trans.__('%1 is not available (missing: %2).', title, programs));
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
