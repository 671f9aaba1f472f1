import type { IDisposable } from '@lumino/disposable';
import type { ITranslation } from './translation';

/** Warns over the desktop that it will stop because it is idle, with a button to keep it running. */
export class StopWarning implements IDisposable {
  constructor(options: StopWarning.IOptions) {
    this._trans = options.trans;
    this.node = document.createElement('div');
    this.node.className = 'jp-Desktop-warning';
    this.node.hidden = true;
    this._text = document.createElement('span');
    this._text.setAttribute('role', 'alert');
    this._countdown = document.createElement('span');
    this._countdown.className = 'jp-Desktop-countdown';
    this._countdown.setAttribute('role', 'timer');
    const button = document.createElement('button');
    button.className = 'jp-mod-styled jp-mod-accept';
    button.textContent = this._trans.__('Keep Running');
    button.addEventListener('click', options.keep);
    this.node.append(this._text, this._countdown, button);
  }

  readonly node: HTMLElement;

  /** Whether the warning is visible. */
  get isShown(): boolean {
    return this._stopsAt !== null;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.update(null);
    this._isDisposed = true;
    this.node.remove();
  }

  /** Set the time of the stop (ISO 8601), or null if the desktop will not stop. */
  update(stopsAt: string | null): void {
    if (stopsAt === this._stopsAt || this._isDisposed) {
      return;
    }
    this._stopsAt = stopsAt;
    clearInterval(this._clock);
    this.node.hidden = stopsAt === null;
    if (stopsAt === null) {
      return;
    }
    const end = new Date(stopsAt);
    const time = end.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    this._text.textContent = this._trans.__('This desktop stops at %1 because it is idle.', time);
    const countDown = () => {
      const seconds = Math.max(0, Math.ceil((end.getTime() - Date.now()) / 1000));
      this._countdown.textContent = this._trans.__('%1 s', seconds);
    };
    countDown();
    this._clock = setInterval(countDown, 500);
  }

  private readonly _trans: ITranslation;
  private readonly _text: HTMLElement;
  private readonly _countdown: HTMLElement;
  private _stopsAt: string | null = null;
  private _clock: ReturnType<typeof setInterval> | undefined;
  private _isDisposed = false;
}

export namespace StopWarning {
  export interface IOptions {
    trans: ITranslation;
    /** Called when the user clicks the button. */
    keep: () => void;
  }
}
