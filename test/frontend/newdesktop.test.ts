import { DesktopError } from '../../src/api';
import { DesktopManager } from '../../src/manager';
import { askNewDesktop, freeName, NewDesktopForm } from '../../src/newdesktop';
import { english } from '../../src/page/english';
import { FakeAPI, modelOf } from './fakes/api';
import { accept, dialog, dismiss } from './fakes/dialogs';

import type { Desktop } from '../../src/tokens';

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
  it('offers what can run, and says what brings the rest', async () => {
    const asked = askNewDesktop(manager, english);
    await dialog.opened();
    const { name, backend, session } = fields();
    expect(name.value).toBe('desktop-1');
    expect(Array.from(backend.options, option => option.value)).toEqual(['', 'tigervnc']);
    expect(Array.from(session.options, option => option.value)).toEqual(['', 'xfce']);
    expect(dialog().querySelector('.jp-Desktop-missing')?.textContent).toContain('without x11vnc');
    expect(dialog().querySelector('.jp-Desktop-missing code')?.textContent).toBe('apt-get install x11vnc');
    dismiss();
    expect(await asked).toBeNull();
    expect(api.created).toEqual([]);
  });

  it('makes what was chosen, and leaves the rest to the server', async () => {
    const asked = askNewDesktop(manager, english);
    await dialog.opened();
    fields().name.value = 'work';
    fields().session.value = 'xfce';
    accept();
    expect(await asked).toMatchObject({ name: 'work' });
    expect(api.created).toEqual([{ name: 'work', session: 'xfce' }]);
  });

  it('tells why the server refused, and keeps what was entered', async () => {
    const create = jest.spyOn(api, 'create');
    create.mockRejectedValueOnce(new DesktopError({ status: 429, code: 'too-many', message: 'No more than 2 <b>.' }));
    const asked = askNewDesktop(manager, english);
    await dialog.opened();
    fields().name.value = 'work';
    fields().backend.value = 'tigervnc';
    accept();
    await dialog.opened('[role=alert]');
    expect(dialog().querySelector('[role=alert]')?.textContent).toBe('No more than 2 <b>.');
    expect(fields().name.value).toBe('work');
    expect(fields().backend.value).toBe('tigervnc');
    accept();
    expect(await asked).toMatchObject({ name: 'work' });
  });

  it('says how to switch the server extension on where there is one desktop alone', async () => {
    api.refusal = new DesktopError({ status: 404, code: 'unknown-desktop', message: '' });
    const asked = askNewDesktop(manager, english);
    await dialog.opened();
    expect(dialog().textContent).toContain('jupyter server extension enable jupyter_vnc_proxy');
    accept();
    expect(await asked).toBeNull();
  });

  it('says so where the server does not answer', async () => {
    api.refusal = new DesktopError({ status: 0, message: 'TypeError' });
    const asked = askNewDesktop(manager, english);
    await dialog.opened();
    expect(dialog().textContent).toContain('does not answer');
    accept();
    expect(await asked).toBeNull();
  });
});

describe('a name', () => {
  it.each(['a', 'A-1', '0.x_y', 'a'.repeat(32)])('may be %s', name => expect(isValid(name)).toBe(true));
  it.each(['', '-a', '.a', '_a', 'a b', 'ä', 'a/b', 'a'.repeat(33)])('may not be "%s"', name =>
    expect(isValid(name)).toBe(false)
  );

  it('is suggested that no desktop has', () => {
    expect(freeName([])).toBe('desktop-1');
    expect(freeName(['desktop-1', 'desktop-3', 'default'].map(name => modelOf({ name })))).toBe('desktop-2');
  });

  function isValid(name: string): boolean {
    const form = new NewDesktopForm({ choices, wanted: { name }, problem: '', trans: english });
    // As browsers read a pattern.
    const { required, pattern } = form.node.querySelector('input')!;
    form.dispose();
    return required && new RegExp(`^(?:${pattern})$`, 'v').test(name);
  }
});
