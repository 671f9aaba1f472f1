import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { showNamedDialog } from '../../../src/lab/dialogs';
import { dialog, dismiss } from '../fakes/dialogs';

afterEach(dismiss);

/** Press Enter on a focused element; return whether the browser presses it, too. */
function enter(element: HTMLElement): boolean {
  element.focus();
  const key = { key: 'Enter', keyCode: 13, bubbles: true, cancelable: true };
  return element.dispatchEvent(new KeyboardEvent('keydown', key));
}

it('leaves the Enter key to buttons in its body, and closes with its own', async () => {
  const button = document.createElement('button');
  const body = new Widget();
  body.node.append(button);
  const result = showNamedDialog({ title: 'A dialog', body, buttons: [Dialog.okButton({ label: 'Close' })] });
  await dialog.opened('.jp-Dialog-footer');
  expect(enter(button)).toBe(true);
  expect(dialog()).not.toBeNull();
  expect(enter(dialog().querySelector<HTMLElement>('.jp-Dialog-footer button')!)).toBe(false);
  expect((await result).button.label).toBe('Close');
});
