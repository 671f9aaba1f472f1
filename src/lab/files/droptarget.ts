import { FileDropTarget } from '../../viewer/files/filedroptarget';

import type { Drag } from '@lumino/dragdrop';

/** The type by which JupyterLab's file browser drags files: a list of paths. */
const PATHS_TYPE = 'application/x-jupyter-icontents';

const EVENTS = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'];

/** Takes files that are dropped on an element: from the user's computer, and from JupyterLab's file browser. */
export class DropTarget extends FileDropTarget {
  constructor(private readonly _lab: DropTarget.IOptions) {
    super({
      node: _lab.node,
      offer: () => ({ hint: _lab.fileHint(), isAccepted: true }),
      drop: _lab.dropFiles
    });
    EVENTS.forEach(type => _lab.node.addEventListener(type, this._onLumino, true));
  }

  override dispose(): void {
    EVENTS.forEach(type => this._lab.node.removeEventListener(type, this._onLumino, true));
    super.dispose();
  }

  private readonly _onLumino = (dragged: Event): void => {
    const event = dragged as Drag.Event;
    if (!event.mimeData.hasData(PATHS_TYPE)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'lm-dragleave') {
      if (this.leaves(event)) {
        this.show('');
      }
      return;
    }
    event.dropAction = event.proposedAction;
    if (event.type === 'lm-drop') {
      this.show('');
      this._lab.dropPaths(event.mimeData.getData(PATHS_TYPE) as string[]);
    } else {
      this.show(this._lab.pathHint());
    }
  };
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
