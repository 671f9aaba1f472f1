import { hasFiles } from './dropped';

import type { Drag } from '@lumino/dragdrop';
import type { IDisposable } from '@lumino/disposable';

/** The type by which JupyterLab's file browser drags files: a list of paths. */
const PATHS_TYPE = 'application/x-jupyter-icontents';

const HTML_EVENTS = ['dragenter', 'dragover', 'dragleave', 'drop'];
const LUMINO_EVENTS = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'];

/** Takes files that are dropped on an element: from the user's computer, and from JupyterLab's file browser. */
export class DropTarget implements IDisposable {
  constructor(private readonly _options: DropTarget.IOptions) {
    this._hint = document.createElement('div');
    this._hint.className = 'jp-Desktop-dropHint';
    this._hint.hidden = true;
    this._options.node.append(this._hint);
    // Before the dock panel, which would open the file beside the desktop.
    [...HTML_EVENTS, ...LUMINO_EVENTS].forEach(type => _options.node.addEventListener(type, this, true));
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    const { node } = this._options;
    [...HTML_EVENTS, ...LUMINO_EVENTS].forEach(type => node.removeEventListener(type, this, true));
    this._hint.remove();
  }

  handleEvent(event: Event): void {
    if (event.type.startsWith('lm-')) {
      this._onLumino(event as Drag.Event);
    } else {
      this._onFiles(event as DragEvent);
    }
  }

  private _onFiles(event: DragEvent): void {
    if (!hasFiles(event.dataTransfer)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const data = event.dataTransfer!;
    switch (event.type) {
      case 'dragleave':
        this._left(event);
        break;
      case 'drop':
        this._hint.hidden = true;
        this._options.dropFiles(data);
        break;
      default:
        data.dropEffect = 'copy';
        this._show(this._options.fileHint());
    }
  }

  private _onLumino(event: Drag.Event): void {
    if (!event.mimeData.hasData(PATHS_TYPE)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    switch (event.type) {
      case 'lm-dragleave':
        this._left(event);
        break;
      case 'lm-drop':
        this._hint.hidden = true;
        event.dropAction = event.proposedAction;
        this._options.dropPaths(event.mimeData.getData(PATHS_TYPE) as string[]);
        break;
      default:
        event.dropAction = event.proposedAction;
        this._show(this._options.pathHint());
    }
  }

  private _show(text: string): void {
    this._hint.hidden = false;
    this._hint.textContent = text;
  }

  private _left(event: MouseEvent): void {
    if (!(event.relatedTarget instanceof Node && this._options.node.contains(event.relatedTarget))) {
      this._hint.hidden = true;
    }
  }

  private readonly _hint: HTMLElement;
  private _isDisposed = false;
}

export namespace DropTarget {
  export interface IOptions {
    node: HTMLElement;
    /** What is shown while files of the computer, or of the file browser, are over the element. */
    fileHint: () => string;
    pathHint: () => string;
    dropFiles: (data: DataTransfer) => void;
    dropPaths: (paths: string[]) => void;
  }
}
