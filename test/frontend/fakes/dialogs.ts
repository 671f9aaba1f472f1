import { Dialog } from '@jupyterlab/apputils';

/** Return the open dialog. */
export function dialog(): HTMLElement {
  return document.querySelector<HTMLElement>('.jp-Dialog')!;
}

/** Wait for a dialog that contains an element with the given selector. */
dialog.opened = async (selector = '*'): Promise<void> => {
  const deadline = Date.now() + 2000;
  while (document.querySelector(`.jp-Dialog ${selector}`) === null) {
    if (Date.now() > deadline) {
      throw new Error(`No dialog with ${selector}`);
    }
    await new Promise(done => setTimeout(done, 5));
  }
};

export function accept(): void {
  dialog().querySelector<HTMLElement>('.jp-Dialog-button.jp-mod-accept, .jp-Dialog-button.jp-mod-warn')!.click();
}

export function dismiss(): void {
  for (const shown of Dialog.tracker.filter(() => true)) {
    shown.reject();
  }
}
