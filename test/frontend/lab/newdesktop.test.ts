import { DesktopError } from '../../../src/services/restapi';
import { DesktopManager } from '../../../src/services/manager';
import { askNewDesktop, unusedName } from '../../../src/lab/newdesktop';
import { NewDesktopForm } from '../../../src/lab/newdesktopform';
import { english } from '../fakes/translation';
import { FakeAPI, modelOf } from '../fakes/api';
import { accept, dialog, dismiss } from '../fakes/dialogs';

import type { Desktop } from '../../../src/model';

const MISSING = { program: 'x11vnc', purpose: 'the VNC server', fix: 'apt-get install x11vnc' };

const choices: Desktop.IChoices = {
  backends: [
    { name: 'tigervnc', title: 'TigerVNC', usable: true, default: true, transports: ['direct'], missing: [] },
    { name: 'x11vnc', title: 'Xvfb and x11vnc', usable: false, default: false, transports: [], missing: [MISSING] }
  ],
  sessions: [{ name: 'xfce', title: 'Xfce' }]
};

let api: FakeAPI;
let manager: DesktopManager;

beforeEach(() => {
  api = new FakeAPI();
  api.choices = choices;
  manager = new DesktopManager({ api, prepare: () => Promise.resolve(), standby: 'never' });
});

afterEach(() => {
  manager.dispose();
});

function fields(): { name: HTMLInputElement; backend: HTMLSelectElement; session: HTMLSelectElement } {
  const [backend, session] = dialog().querySelectorAll('select');
  return { name: dialog().querySelector('input')!, backend, session };
}

describe('the dialog for a new desktop', () => {
  it('offers the usable backends, and shows how to install the others', async () => {
    const result = askNewDesktop(manager, english);
    await dialog.opened();
    const { name, backend, session } = fields();
    expect(name.value).toBe('desktop-1');
    expect(Array.from(backend.options, option => option.value)).toEqual(['', 'tigervnc']);
    expect(Array.from(session.options, option => option.value)).toEqual(['', 'xfce']);
    expect(dialog().querySelector('.jp-Desktop-missing')?.textContent).toContain('missing: x11vnc');
    expect(dialog().querySelector('.jp-Desktop-missing code')?.textContent).toBe('apt-get install x11vnc');
    dismiss();
    expect(await result).toBeNull();
    expect(api.created).toEqual([]);
  });

  it('has names and descriptions for screen readers', async () => {
    const result = askNewDesktop(manager, english);
    await dialog.opened();
    expect([dialog().getAttribute('role'), dialog().getAttribute('aria-label')]).toEqual(['dialog', 'New Desktop']);
    const { name } = fields();
    name.value = 'a b';
    name.dispatchEvent(new Event('input', { bubbles: true }));
    expect(name.getAttribute('aria-invalid')).toBe('true');
    const description = document.getElementById(name.getAttribute('aria-describedby')!);
    expect(description?.textContent).toContain('no spaces');
    dismiss();
    await result;
  });

  it('sends the chosen options only', async () => {
    const result = askNewDesktop(manager, english);
    await dialog.opened();
    fields().name.value = 'work';
    fields().session.value = 'xfce';
    accept();
    expect(await result).toMatchObject({ name: 'work' });
    expect(api.created).toEqual([{ name: 'work', session: 'xfce' }]);
  });

  it("shows the server's error, and keeps the input", async () => {
    const create = jest.spyOn(api, 'create');
    create.mockRejectedValueOnce(new DesktopError({ status: 429, code: 'too-many', message: 'No more than 2 <b>.' }));
    const result = askNewDesktop(manager, english);
    await dialog.opened();
    fields().name.value = 'work';
    fields().backend.value = 'tigervnc';
    accept();
    await dialog.opened('[role=alert]');
    expect(dialog().querySelector('[role=alert]')?.textContent).toBe('No more than 2 <b>.');
    expect(fields().name.value).toBe('work');
    expect(fields().backend.value).toBe('tigervnc');
    accept();
    expect(await result).toMatchObject({ name: 'work' });
  });

  it('shows how to enable the server extension if there is only one desktop', async () => {
    api.error = new DesktopError({ status: 404, code: 'unknown-desktop', message: '' });
    const result = askNewDesktop(manager, english);
    await dialog.opened();
    expect(dialog().textContent).toContain('jupyter server extension enable jupyter_vnc_proxy');
    accept();
    expect(await result).toBeNull();
  });

  it('reports that the server does not respond', async () => {
    api.error = new DesktopError({ status: 0, message: 'TypeError' });
    const result = askNewDesktop(manager, english);
    await dialog.opened();
    expect(dialog().textContent).toContain('does not respond');
    accept();
    expect(await result).toBeNull();
  });
});

describe("a backend's own fields", () => {
  const field = { label: 'Label', description: 'What it is for.', required: false };
  const backend = { usable: true, default: false, missing: [], transports: ['direct'] };

  beforeEach(() => {
    api.choices = {
      backends: [
        ...choices.backends,
        {
          ...backend,
          name: 'far',
          title: 'Far',
          fields: [{ ...field, name: 'host', required: true, pattern: '[a-z.-]+(:[0-9]+)?' }]
        },
        {
          ...backend,
          name: 'near',
          title: 'Near',
          transports: ['direct', 'other'],
          fields: [
            { ...field, name: 'server', choices: ['one', 'two'], default: 'two' },
            { ...field, name: 'extra', choices: ['a', 'b'] },
            { ...field, name: 'note' }
          ]
        }
      ],
      sessions: []
    };
  });

  it('hides a secret while it is typed', () => {
    const fields = [
      { ...field, name: 'password', secret: true },
      { ...field, name: 'note' }
    ];
    api.choices.backends = [{ ...backend, name: 'secretive', title: 'Secretive', fields }];
    const made = form({ name: 'a', backend: 'secretive' });
    const [password, note] = [...made.node.querySelectorAll('input')].slice(-2);
    expect([password.type, password.autocomplete, password.value]).toEqual(['password', 'new-password', '']);
    expect(note.type).toBe('text');
  });

  function form(initial: Desktop.ICreateOptions = { name: 'a' }): NewDesktopForm {
    const made = new NewDesktopForm({ choices: api.choices, initial, problem: '', trans: english });
    document.body.append(made.node);
    return made;
  }

  function own(): (HTMLInputElement | HTMLSelectElement)[] {
    return [...document.querySelectorAll<HTMLInputElement>('.jp-Desktop-backendFields :is(input, select)')];
  }

  function choose(name: string): void {
    const select = document.querySelector('select')!;
    select.value = name;
    select.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function enter(control: HTMLInputElement | HTMLSelectElement, value: string): string {
    control.value = value;
    control.dispatchEvent(new Event('input', { bubbles: true }));
    return control.closest('.jp-Desktop-field')!.querySelector('.jp-Desktop-invalid')!.textContent ?? '';
  }

  it('are shown with it only', () => {
    form();
    expect(own()).toEqual([]);
    choose('near');
    expect(own().map(({ value }) => value)).toEqual(['', 'two', '', '']);
    expect(document.querySelector('.jp-Desktop-description')?.textContent).toBe('What it is for.');
    choose('far');
    expect(own()).toMatchObject([{ value: '', required: true }]);
    choose('');
    expect(own()).toEqual([]);
  });

  it('are sent if filled in, and so is the transport if it was chosen or is the only one', () => {
    const made = form();
    choose('near');
    expect(made.getValue()).toEqual({ name: 'a', backend: 'near', options: { server: 'two' } });
    const [transport, , extra, note] = own();
    transport.value = 'other';
    extra.value = 'b';
    note.value = 'words';
    const options = { server: 'two', extra: 'b', note: 'words' };
    expect(made.getValue()).toEqual({ name: 'a', backend: 'near', transport: 'other', options });
    choose('far');
    own()[0].value = 'host';
    expect(made.getValue()).toEqual({ name: 'a', backend: 'far', transport: 'direct', options: { host: 'host' } });
  });

  it('are filled in again after an error', () => {
    const options = { server: 'one', extra: 'b', note: 'words' };
    const wanted = { name: 'a', backend: 'near', transport: 'other', options };
    expect(form(wanted).getValue()).toEqual(wanted);
  });

  it('show why a value is not valid, as does the name', () => {
    form();
    choose('far');
    const [host] = own();
    expect(enter(host, 'NO')).toContain('not valid');
    expect(enter(host, '')).toContain('required');
    expect(enter(host, 'a.b:1')).toBe('');
    const name = document.querySelector('input')!;
    expect(enter(name, '')).toContain('Enter a name');
    expect(enter(name, '-a')).toContain('Begin with');
    expect(enter(name, 'a b')).toContain('no spaces');
    expect(enter(name, 'a-b')).toBe('');
  });

  it('keep the dialog open until they are valid', async () => {
    const result = askNewDesktop(manager, english);
    await dialog.opened();
    const open = dialog().querySelector<HTMLButtonElement>('.jp-mod-accept.jp-Dialog-button')!;
    expect(open.disabled).toBe(false);
    choose('far');
    expect(open.disabled).toBe(true);
    enter(own()[0], 'NO');
    expect(open.disabled).toBe(true);
    enter(own()[0], 'host');
    expect(open.disabled).toBe(false);
    accept();
    await result;
    expect(api.created).toEqual([
      { name: 'desktop-1', backend: 'far', transport: 'direct', options: { host: 'host' } }
    ]);
  });
});

describe('a name', () => {
  it.each(['a', 'A-1', '0.x_y', 'a'.repeat(32)])('can be %s', name => expect(isValid(name)).toBe(true));
  it.each(['', '-a', '.a', '_a', 'a b', 'ä', 'a/b', 'a'.repeat(33)])('cannot be "%s"', name =>
    expect(isValid(name)).toBe(false)
  );

  it('is suggested that is unused', () => {
    expect(unusedName([])).toBe('desktop-1');
    expect(unusedName(['desktop-1', 'desktop-3', 'default'].map(name => modelOf({ name })))).toBe('desktop-2');
  });

  function isValid(name: string): boolean {
    const form = new NewDesktopForm({ choices, initial: { name }, problem: '', trans: english });
    // As browsers read a pattern.
    const { required, pattern } = form.node.querySelector('input')!;
    form.dispose();
    return required && new RegExp(`^(?:${pattern})$`, 'v').test(name);
  }
});
