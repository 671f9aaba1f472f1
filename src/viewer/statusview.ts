import { ProblemCodes } from '../services/problems';
import { isDisconnectedByServer } from '../services/status';
import { ReportButton } from './report';
import { translateServerText } from './servertexts';
import { isPaused, lostReason } from './titles';

import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../model';
import type { ITranslation } from './translation';

const INSTALL_COMMAND = 'pip install jupyter-vnc-proxy';

/** The status that a panel shows instead of the desktop, or over its last frame. */
export class StatusView implements IDisposable {
  constructor(options: StatusView.IOptions) {
    this._trans = options.trans;
    this._actions = options.actions;
    this.node = element('div', 'jp-Desktop-status');
    // Screen readers announce what is new in it, without repeating the rest.
    this.node.setAttribute('role', 'status');
    this.node.setAttribute('aria-atomic', 'false');
    this.node.addEventListener('click', this);
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
    this._reset();
    this.node.removeEventListener('click', this);
    this.node.remove();
  }

  /** Show nothing. */
  clear(): void {
    this._key = '';
    this._reset();
    this.node.replaceChildren();
  }

  /** Show a status; if it is unchanged, keep the elements, and with them focus and selection. */
  update(status: Desktop.IStatus): void {
    const { phase, problem, retryAt, model } = status;
    const key = JSON.stringify([phase, problem, retryAt, model?.phase, model?.step]);
    if (key === this._key || this._isDisposed) {
      return;
    }
    this._key = key;
    this._reset();
    this.node.replaceChildren(...this._contents(status));
  }

  handleEvent(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>('button[data-action]');
    switch (button?.dataset.action) {
      case 'start':
        return this._actions.start();
      case 'retry':
        return this._actions.retry();
      case 'create':
        return this._actions.create();
      case 'copy':
        void this._copy(button);
    }
  }

  /** Release the timer and the widget of the current contents. */
  private _reset(): void {
    clearInterval(this._clock);
    this._report?.dispose();
    this._report = null;
  }

  private _contents(status: Desktop.IStatus): HTMLElement[] {
    const trans = this._trans;
    switch (status.phase) {
      case 'starting':
      case 'running':
        return [this._heading(trans.__('Starting the desktop')), this._steps(status.model)];
      case 'stopped':
        if (status.problem?.code === ProblemCodes.UNKNOWN) {
          return [
            this._heading(trans.__('This desktop does not exist')),
            element('p', '', trans.__('It was removed, or the Jupyter server was replaced.')),
            this._button('create', trans.__('Create It Again'))
          ];
        }
        return [
          this._heading(trans.__('The desktop is stopped')),
          ...this._problem(status.problem),
          this._button('start', trans.__('Start'))
        ];
      case 'failed':
        return [
          this._heading(trans.__('The desktop has failed')),
          ...this._problem(status.problem),
          this._button('start', trans.__('Try Again')),
          this._reportButton(status)
        ];
      case 'running-elsewhere':
        return [
          this._heading(trans.__('The desktop runs elsewhere')),
          ...this._problem(status.problem),
          this._button('start', trans.__('Try Again'))
        ];
      case 'missing':
        return this._missing();
      case 'lost':
        return this._lost(status);
    }
  }

  private _steps(model: Desktop.IModel | null): HTMLElement {
    const trans = this._trans;
    const titles: [Desktop.Step, string][] = [
      ['display', trans.__('Display')],
      ['vnc', trans.__('VNC server')],
      ['session', trans.__('Session')]
    ];
    if (model?.transport === 'websockify') {
      titles.splice(2, 0, ['websockify', trans.__('WebSocket bridge')]);
    }
    // A running desktop only waits for its socket; its session may still be starting.
    const found = titles.findIndex(([step]) => step === model?.step);
    const current = model?.phase === 'running' ? titles.length - 1 : Math.max(0, found);
    const list = element('ol', 'jp-Desktop-steps');
    titles.forEach(([step, title], index) => {
      const item = element('li', '', title);
      item.dataset.step = step;
      item.dataset.state = index < current ? 'done' : index === current ? 'current' : 'ahead';
      list.append(item);
    });
    return list;
  }

  private _lost(status: Desktop.IStatus): HTMLElement[] {
    const trans = this._trans;
    const byServer = isDisconnectedByServer(status);
    const paused = isPaused(status.problem);
    const contents = [
      this._heading(paused ? trans.__('Paused') : byServer ? trans.__('Disconnected') : trans.__('Connection lost')),
      element('p', '', lostReason(status.problem, trans))
    ];
    if (byServer && status.problem?.fix) {
      contents.push(this._command(status.problem.fix));
    }
    if (status.retryAt !== null) {
      contents.push(this._countdown(status.retryAt));
    }
    contents.push(this._button('retry', byServer ? trans.__('Reconnect') : trans.__('Try Now')));
    if (!byServer && !paused && status.problem !== null) {
      contents.push(this._reportButton(status));
    }
    return contents;
  }

  private _countdown(retryAt: number): HTMLElement {
    const line = element('p', 'jp-Desktop-countdown');
    // Not announced each second.
    line.setAttribute('role', 'timer');
    const countDown = () => {
      const seconds = Math.ceil((retryAt - Date.now()) / 1000);
      line.textContent = seconds > 0 ? this._trans.__('Trying again in %1 s', seconds) : this._trans.__('Connecting…');
    };
    countDown();
    this._clock = setInterval(countDown, 250);
    return line;
  }

  private _missing(): HTMLElement[] {
    const trans = this._trans;
    return [
      this._heading(trans.__('The server extension is not installed')),
      element(
        'p',
        '',
        trans.__(
          'This Jupyter server cannot start desktops. Install the package in the environment of the server, and restart the server.'
        )
      ),
      this._command(INSTALL_COMMAND),
      this._button('retry', trans.__('Try Again'))
    ];
  }

  private _problem(problem: Desktop.IProblem | null): HTMLElement[] {
    if (problem === null) {
      return [];
    }
    const contents = [element('p', 'jp-Desktop-reason', translateServerText(problem.message, this._trans))];
    if (problem.fix) {
      contents.push(this._command(problem.fix));
    }
    if (problem.log?.length) {
      const details = element('details', 'jp-Desktop-log') as HTMLDetailsElement;
      const title = problem.part
        ? this._trans.__('Last lines of the log of "%1"', problem.part)
        : this._trans.__('Last lines of the log');
      details.open = true;
      // To be read on demand.
      details.setAttribute('aria-live', 'off');
      details.append(element('summary', '', title), element('pre', '', problem.log.join('\n')));
      contents.push(details);
    }
    return contents;
  }

  private _command(command: string): HTMLElement {
    const box = element('div', 'jp-Desktop-command');
    box.append(element('code', '', command), this._button('copy', this._trans.__('Copy'), 'jp-mod-minimal'));
    return box;
  }

  private async _copy(button: HTMLElement): Promise<void> {
    const code = button.parentElement!.querySelector('code')!;
    try {
      await navigator.clipboard.writeText(code.textContent ?? '');
      button.textContent = this._trans.__('Copied');
    } catch {
      // The clipboard needs https: select the command for the user to copy.
      getSelection()?.selectAllChildren(code);
    }
  }

  private _reportButton({ phase, problem, model }: Desktop.IStatus): HTMLElement {
    const details = [
      `${model?.name ?? ''}: ${phase} ${problem?.code ?? ''}`.trim(),
      problem?.message,
      problem?.fix,
      model && `${model.backend} (${model.transport}), ${model.session}, ${model.geometry}`,
      navigator.userAgent
    ];
    this._report = new ReportButton({
      fetch: () => this._actions.report(),
      fallback: details.filter(Boolean).join('\n'),
      trans: this._trans
    });
    return this._report.node;
  }

  private _heading(text: string): HTMLElement {
    return element('h2', '', text);
  }

  private _button(action: string, label: string, style = 'jp-mod-accept'): HTMLElement {
    const button = element('button', `jp-mod-styled ${style}`, label);
    button.dataset.action = action;
    return button;
  }

  private readonly _trans: ITranslation;
  private readonly _actions: StatusView.IActions;
  private _isDisposed = false;
  private _key = '';
  private _report: ReportButton | null = null;
  private _clock: ReturnType<typeof setInterval> | undefined;
}

export namespace StatusView {
  /** The actions of the buttons. */
  export interface IActions {
    start(): void;
    retry(): void;
    create(): void;
    /** Fetches the desktop's diagnostic report. */
    report(): Promise<string>;
  }

  export interface IOptions {
    trans: ITranslation;
    actions: IActions;
  }
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
