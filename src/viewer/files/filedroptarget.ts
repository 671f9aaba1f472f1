import { element } from '../sharing/element';
import { hasFiles } from './dropped';

import type { IDisposable } from '@lumino/disposable';

/** What happens to files that are dropped. */
export interface IDropOffer {
  /** What is shown while they are over the element; nothing if it is empty. */
  readonly hint: string;
  readonly isAccepted: boolean;
}

const EVENTS = ['dragenter', 'dragover', 'dragleave', 'drop'];

/** Takes files of the user's computer that are dropped on an element. */
export class FileDropTarget implements IDisposable {
  constructor(private readonly _options: FileDropTarget.IOptions) {
    this.hint.hidden = true;
    _options.node.append(this.hint);
    // Before what is around the element, such as JupyterLab's dock panel, which would open the file beside it.
    EVENTS.forEach(type => _options.node.addEventListener(type, this, true));
  }

  /** Covers the element while something is dragged over it. */
  readonly hint = element('div', 'jp-Desktop-dropHint');

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    EVENTS.forEach(type => this._options.node.removeEventListener(type, this, true));
    this.hint.remove();
  }

  handleEvent(event: DragEvent): void {
    if (!hasFiles(event.dataTransfer)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const data = event.dataTransfer!;
    if (event.type === 'dragleave') {
      this._onLeave(event);
    } else if (event.type === 'drop') {
      this._end();
      this._options.drop(data);
    } else {
      this._onOver(data);
    }
  }

  /** Show a hint; none if it is empty. */
  protected show(text: string): void {
    this.hint.textContent = text;
    this.hint.hidden = text === '';
  }

  /** Whether the pointer leaves the element with an event, and does not only move to something within it. */
  protected leaves({ relatedTarget }: MouseEvent): boolean {
    return !(relatedTarget instanceof Node && this._options.node.contains(relatedTarget));
  }

  private _onOver(data: DataTransfer): void {
    if (!this._isOver) {
      this._isOver = true;
      this._options.entered?.();
    }
    const { hint, isAccepted } = this._options.offer();
    data.dropEffect = isAccepted ? 'copy' : 'none';
    this.show(hint);
  }

  private _onLeave(event: DragEvent): void {
    if (this.leaves(event)) {
      this._end();
    }
  }

  private _end(): void {
    this._isOver = false;
    this.show('');
  }

  private _isOver = false;
  private _isDisposed = false;
}

export namespace FileDropTarget {
  export interface IOptions {
    node: HTMLElement;
    /** Called when files are dragged to the element. */
    entered?: () => void;
    /** Returns what happens to them; called again and again while they are over the element. */
    offer: () => IDropOffer;
    /** Takes what is dropped; the browser empties it when this has returned. */
    drop: (data: DataTransfer) => void;
  }
}
