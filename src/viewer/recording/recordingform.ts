import { element } from '../sharing/element';

import type { ITranslation } from '../translation';

const FORMATS: readonly (readonly [suffix: string, label: string])[] = [
  ['.mp4', 'MP4 (H.264)'],
  ['.webm', 'WebM (VP9)']
];

/** The contents of the dialog that begins a recording: the file, and its format. */
export class RecordingForm {
  constructor(path: string, trans: ITranslation) {
    this._path.value = path;
    this._path.type = 'text';
    this._path.spellcheck = false;
    for (const [suffix, label] of FORMATS) {
      this._format.append(new Option(label, suffix));
    }
    this._format.value = FORMATS.find(([suffix]) => path.endsWith(suffix))?.[0] ?? FORMATS[0][0];
    this._path.addEventListener('change', () => this._adaptFormat());
    this._format.addEventListener('change', () => this._adaptPath());
    this.node.append(
      this._row(trans.__('File'), this._path),
      this._row(trans.__('Format'), this._format),
      element('p', '', trans.__('All who see the desktop see that it is being recorded. Sound is not recorded.')),
      this._problem
    );
    this._problem.setAttribute('role', 'alert');
  }

  readonly node = element('div', 'jp-Desktop-recordingForm');

  /** The path of the file in Jupyter's tree, whose suffix is that of the format. */
  get path(): string {
    this._adaptPath();
    return this._path.value;
  }

  set problem(text: string) {
    this._problem.textContent = text;
  }

  /** Focus the file's name, without its folder and its suffix. */
  focus(): void {
    const { value } = this._path;
    this._path.focus();
    this._path.setSelectionRange(value.lastIndexOf('/') + 1, value.length - this._format.value.length);
  }

  private _adaptFormat(): void {
    this._format.value = FORMATS.find(([suffix]) => this._path.value.endsWith(suffix))?.[0] ?? this._format.value;
    this._adaptPath();
  }

  private _adaptPath(): void {
    const stem = this._path.value.trim().replace(/\.(mp4|webm)$/, '');
    this._path.value = stem + this._format.value;
  }

  private _row(text: string, control: HTMLElement): HTMLElement {
    const label = element('label', '', text);
    control.classList.add('jp-mod-styled');
    label.append(control);
    return label;
  }

  private readonly _path = element('input');
  private readonly _format = element('select');
  private readonly _problem = element('p', 'jp-Desktop-problem');
}
