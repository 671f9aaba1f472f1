import { Signal } from '@lumino/signaling';

import { toDesktopError } from '../../services/problems';
import { translateServerText } from '../servertexts';
import { element } from '../sharing/element';
import { copyPicture, downloadPicture, mayCopyPictures } from './picture';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { IDesktopAPI, IDesktopWindow, IScreenshotSubject } from '../../tokens';
import type { ITranslation } from '../translation';

const DESKTOP = 'desktop';
const AREA = 'area';
const MARK = 'mark';

/** Something that takes a picture, such as a notebook. */
export interface IInsertion {
  /** What the button says. */
  readonly label: string;
  insert(png: Blob): Promise<void>;
}

/** The contents of the dialog with a screenshot: what it is of, the picture, and what becomes of it. */
export class ScreenshotPanel implements IDisposable {
  constructor(options: ScreenshotPanel.IOptions) {
    this._options = options;
    const { trans, insertion, area } = options;
    const label = element('label', '', trans.__('Picture of'));
    this._select.append(new Option(trans.__('the whole desktop'), DESKTOP));
    this._select.append(new Option(trans.__('an area to mark…'), MARK));
    if (area !== undefined) {
      this._select.append(new Option(trans.__('the marked area'), AREA, true, true));
    }
    this._select.addEventListener('change', () => this._onChoice());
    label.append(this._select);
    this._image.alt = trans.__('The screenshot');
    this._text.setAttribute('role', 'status');
    this._problem.setAttribute('role', 'alert');
    const buttons = element('div', 'jp-Desktop-screenshotButtons');
    this._copy = this._button(trans.__('Copy'), png => copyPicture(png), trans.__('The screenshot was copied.'));
    this._mayCopy = mayCopyPictures();
    if (!this._mayCopy) {
      this._copy.title = trans.__('The browser copies pictures from secure pages (https) only.');
    }
    const download = this._button(trans.__('Download'), png => downloadPicture(png, options.name));
    buttons.append(this._copy, download);
    if (insertion !== null) {
      buttons.append(this._button(insertion.label, png => insertion.insert(png)));
    }
    const frame = element('div', 'jp-Desktop-screenshotFrame');
    frame.append(this._image);
    this.node.append(label, frame, this._text, this._problem, buttons);
    this._update();
    void this._take();
    void this._list();
  }

  readonly node = element('div', 'jp-Desktop-screenshot');

  /** Emitted when the dialog is to be closed, with a message about what was done. */
  get done(): ISignal<this, string> {
    return this._done;
  }

  /** Whether the user wants to mark an area. */
  get wantsArea(): boolean {
    return this._select.value === MARK;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    URL.revokeObjectURL(this._image.src);
    this.node.remove();
    Signal.clearData(this);
  }

  private _button(label: string, act: (png: Blob) => Promise<void> | void, message = ''): HTMLButtonElement {
    const button = element('button', 'jp-mod-styled', label);
    button.type = 'button';
    button.addEventListener('click', () => void this._act(act, message));
    this._buttons.push(button);
    return button;
  }

  private async _act(act: (png: Blob) => Promise<void> | void, message: string): Promise<void> {
    if (this._png === null) {
      return;
    }
    this._problem.textContent = '';
    try {
      await act(this._png);
      this._done.emit(message);
    } catch (error) {
      this._problem.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  private _onChoice(): void {
    if (this.wantsArea) {
      this._done.emit('');
    } else {
      void this._take();
    }
  }

  /** Fetch the picture of what is chosen; only the newest request counts. */
  private async _take(): Promise<void> {
    const { api, name, trans } = this._options;
    const number = ++this._requests;
    this._png = null;
    this._problem.textContent = '';
    this._text.textContent = trans.__('Taking the screenshot…');
    this._update();
    let problem = '';
    let png: Blob | null = null;
    try {
      png = await api.screenshot(name, this._subject);
    } catch (error) {
      problem = this._words(error);
    }
    if (this._isDisposed || number !== this._requests) {
      return;
    }
    this._png = png;
    this._problem.textContent = problem;
    this._text.textContent = '';
    this._update();
  }

  private async _list(): Promise<void> {
    const { api, name, trans } = this._options;
    let windows: readonly IDesktopWindow[];
    try {
      windows = await api.windows(name);
    } catch {
      return; // such as for users who are invited: they see the screen only
    }
    for (const { id, title, application, minimized } of windows) {
      const label = title || application || trans.__('Window without a title');
      const option = new Option(minimized ? trans.__('%1 (minimized)', label) : label, String(id));
      option.disabled = minimized;
      this._select.append(option);
    }
  }

  private get _subject(): IScreenshotSubject {
    const { value } = this._select;
    return value === DESKTOP ? {} : value === AREA ? { area: this._options.area } : { window: Number(value) };
  }

  private _update(): void {
    URL.revokeObjectURL(this._image.src);
    this._image.hidden = this._png === null;
    if (this._png === null) {
      this._image.removeAttribute('src');
    } else {
      this._image.src = URL.createObjectURL(this._png);
    }
    for (const button of this._buttons) {
      button.disabled = this._png === null || (button === this._copy && !this._mayCopy);
    }
  }

  private _words(error: unknown): string {
    const { trans } = this._options;
    const { status, message } = toDesktopError(error);
    return status === 0
      ? trans.__('The Jupyter server does not respond.')
      : trans.__('No screenshot was taken: %1', translateServerText(message, trans));
  }

  private readonly _options: ScreenshotPanel.IOptions;
  private readonly _select = element('select', 'jp-mod-styled');
  private readonly _image = element('img');
  private readonly _text = element('p');
  private readonly _problem = element('p', 'jp-Desktop-problem');
  private readonly _copy: HTMLButtonElement;
  private readonly _mayCopy: boolean;
  private readonly _buttons: HTMLButtonElement[] = [];
  private readonly _done = new Signal<this, string>(this);
  private _png: Blob | null = null;
  private _requests = 0;
  private _isDisposed = false;
}

export namespace ScreenshotPanel {
  export interface IOptions {
    api: IDesktopAPI;
    /** The desktop's name. */
    name: string;
    trans: ITranslation;
    /** What else takes the picture. */
    insertion: IInsertion | null;
    /** The area that was marked, in the desktop's pixels. */
    area?: IScreenshotSubject['area'];
  }
}
