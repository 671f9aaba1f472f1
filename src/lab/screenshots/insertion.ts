import { readBase64 } from '../../viewer/files/base64';

import type { Cell, ICodeCellModel, IMarkdownCellModel } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IInsertion } from '../../viewer/screenshots/panel';

const PNG = 'image/png';

/** Return what inserts a picture into the active cell of the notebook that was used last; null if there is none. */
export function notebookInsertion(tracker: INotebookTracker, trans: TranslationBundle): IInsertion | null {
  const panel = tracker.currentWidget;
  const cell = tracker.activeCell;
  if (panel === null || cell === null || panel.content.model === null) {
    return null;
  }
  return {
    label: trans.__('Insert into %1', panel.title.label),
    insert: async png => {
      const data = await readBase64(png);
      if (panel.isDisposed || cell.isDisposed) {
        throw new Error(trans.__('The cell or its notebook was closed.'));
      }
      insertPicture(panel, cell, data);
    }
  };
}

/** Insert a PNG in base64: into a Markdown cell as an attachment, into a code cell as an output, else into a new cell. */
function insertPicture(panel: NotebookPanel, cell: Cell, data: string): void {
  const isEditable = cell.model.getMetadata('editable') !== false;
  if (isEditable && cell.model.type === 'code') {
    (cell.model as ICodeCellModel).outputs.add({ output_type: 'display_data', data: { [PNG]: data }, metadata: {} });
  } else if (isEditable && cell.model.type === 'markdown') {
    const { attachments, sharedModel } = cell.model as IMarkdownCellModel;
    const name = freeName(attachments.keys);
    attachments.set(name, { [PNG]: data });
    sharedModel.setSource([sharedModel.getSource(), markdown(name)].filter(text => text !== '').join('\n\n'));
  } else {
    const name = freeName([]);
    const { content } = panel;
    content.model!.sharedModel.insertCell(content.widgets.indexOf(cell) + 1, {
      cell_type: 'markdown',
      source: markdown(name),
      attachments: { [name]: { [PNG]: data } }
    });
  }
}

function markdown(name: string): string {
  return `![${name}](attachment:${name})`;
}

/** Return a name for an attachment that the cell does not have. */
function freeName(taken: readonly string[]): string {
  let name = 'screenshot.png';
  for (let number = 2; taken.includes(name); number++) {
    name = `screenshot-${number}.png`;
  }
  return name;
}
