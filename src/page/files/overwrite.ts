import { element } from '../../viewer/sharing/element';
import { openDialog } from '../dialog';

import type { Choice, Choose } from '../../viewer/files/uploadplan';
import type { ITranslation } from '../../viewer/translation';

/** Ask whether a file that exists is overwritten. */
export function chooseOnPage(trans: ITranslation): Choose {
  return (path, others) =>
    new Promise(resolve => {
      let choice: Choice = 'cancel';
      const buttons = element('div', 'jp-Desktop-dialogButtons');
      const addButton = (label: string, style: string, chosen: Choice): HTMLButtonElement => {
        const button = element('button', `jp-mod-styled ${style}`, label);
        button.addEventListener('click', () => {
          choice = chosen;
          dialog.close();
        });
        buttons.append(button);
        return button;
      };
      addButton(trans.__('Cancel'), 'jp-mod-minimal', 'cancel');
      const skip = addButton(trans.__('Skip'), 'jp-mod-accept', 'skip');
      addButton(trans.__('Overwrite'), 'jp-mod-warn', 'overwrite');
      skip.autofocus = true;
      const all = element('input');
      all.type = 'checkbox';
      const forAll = element('label', 'jp-Desktop-forAll');
      forAll.append(all, trans._n('Also for %1 other file', 'Also for %1 other files', others));
      forAll.hidden = others === 0;
      const text = element('p', 'jp-Desktop-dialogText', trans.__('"%1" exists already in the folder.', path));
      const dialog = openDialog(trans.__('Overwrite the file?'), text, forAll, buttons);
      dialog.addEventListener('close', () => resolve({ choice, all: all.checked }));
    });
}
