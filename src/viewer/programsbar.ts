import { toDesktopError } from '../services/problems';
import { mayControl } from '../services/status';
import { translateServerText } from './servertexts';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { IDesktopConnection } from '../tokens';
import type { ITranslation } from './translation';

/** Says over the desktop which program controls it, and what it does; a person takes over with one click. */
export class ProgramsBar implements IDisposable {
  constructor(options: ProgramsBar.IOptions) {
    this._options = options;
    this.node = document.createElement('div');
    this.node.className = 'jp-Desktop-programs';
    this.node.hidden = true;
    this._who = document.createElement('span');
    this._who.setAttribute('role', 'status');
    this._action = document.createElement('span');
    this._action.className = 'jp-Desktop-programAction';
    this._button = document.createElement('button');
    this._button.className = 'jp-mod-styled jp-mod-accept';
    this._button.addEventListener('click', () => void this._toggle());
    this.node.append(this._who, this._action, this._button);
    options.node.append(this.node);
    options.connection.statusChanged.connect(this._update, this);
    this._update();
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._options.connection.statusChanged.disconnect(this._update, this);
    this.node.remove();
  }

  private _update(): void {
    const { status } = this._options.connection;
    const programs = (status.connected && status.model?.programs) || [];
    this.node.hidden = programs.length === 0;
    this._paused = programs.some(({ paused }) => paused);
    this.node.classList.toggle('jp-mod-paused', this._paused);
    const { trans } = this._options;
    const names = [...new Set(programs.map(({ name }) => name))].join(', ');
    setText(this._who, programs.length === 0 ? '' : this._whoText(names, programs.length));
    // Not in the element above: screen readers would read each action.
    setText(this._action, this._paused || programs.length === 0 ? '' : actionText(newest(programs), trans));
    setText(this._button, this._paused ? trans.__('Resume') : trans.__('Take Over'));
    this._button.title = this._paused ? trans.__('Let programs go on') : trans.__('Pause programs, to act yourself');
    this._button.hidden = !mayDecide(status);
  }

  private _whoText(names: string, count: number): string {
    const { trans } = this._options;
    if (this._paused) {
      return count === 1 ? trans.__('%1 is paused.', names) : trans.__('%1 are paused.', names);
    }
    return count === 1
      ? trans.__('%1 is controlling this desktop.', names)
      : trans.__('%1 are controlling this desktop.', names);
  }

  private async _toggle(): Promise<void> {
    this._button.disabled = true;
    try {
      await this._options.connection.pausePrograms(!this._paused);
    } catch (error) {
      this._options.notify(translateServerText(toDesktopError(error).message, this._options.trans));
    } finally {
      this._button.disabled = false;
    }
  }

  private readonly _options: ProgramsBar.IOptions;
  private readonly _who: HTMLElement;
  private readonly _action: HTMLElement;
  private readonly _button: HTMLButtonElement;
  private _paused = false;
  private _isDisposed = false;
}

export namespace ProgramsBar {
  export interface IOptions {
    /** The element over which it is shown. */
    node: HTMLElement;
    connection: IDesktopConnection;
    trans: ITranslation;
    /** Shows why programs can't be paused. */
    notify: (message: string) => void;
  }
}

/** Whether a viewer may pause programs: those whom an invitation lets control the desktop may not. */
function mayDecide(status: Desktop.IStatus): boolean {
  const own = status.model?.viewers?.find(({ id }) => id === status.connectionId);
  return mayControl(status) && own?.invited !== true;
}

/** Return the program that was the last to begin. */
function newest(programs: readonly Desktop.IProgram[]): Desktop.IProgram {
  return programs[programs.length - 1];
}

/** Return what a program does, for people. */
function actionText({ action, x, y }: Desktop.IProgram, trans: ITranslation): string {
  const texts: Record<string, string> = {
    move: trans.__('Moves the pointer'),
    click: trans.__('Clicks'),
    drag: trans.__('Drags'),
    scroll: trans.__('Scrolls'),
    type: trans.__('Types'),
    press: trans.__('Presses keys'),
    set_clipboard: trans.__('Copies text'),
    activate: trans.__('Activates a window'),
    close_window: trans.__('Closes a window'),
    place: trans.__('Places a window'),
    run: trans.__('Starts a program')
  };
  const text = Object.hasOwn(texts, action) ? texts[action] : '';
  return x === null || y === null || text === '' ? text : trans.__('%1 at %2, %3', text, x, y);
}

function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}
