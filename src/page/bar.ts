import type { TranslationBundle } from '@jupyterlab/translation';
import type { DesktopScreen } from '../viewer/screen';

export interface IBarOptions {
  screen: DesktopScreen;
  trans: TranslationBundle;
}

/** The page's few buttons, in a bar that waits at the upper edge. */
export function addBar({ screen, trans }: IBarOptions): void {
  const bar = document.createElement('div');
  bar.className = 'jp-Desktop-bar';
  bar.setAttribute('role', 'toolbar');
  const add = (label: string, action: () => void) => {
    const button = document.createElement('button');
    button.textContent = label;
    button.addEventListener('click', () => {
      action();
      button.blur();
      screen.focus();
    });
    bar.append(button);
  };
  add(trans.__('Full screen'), () => void screen.fullScreen.toggle());
  add(trans.__('Ctrl-Alt-Del'), () => screen.sendCtrlAltDel());
  add(trans.__('Reconnect'), () => screen.session.reconnect());
  screen.node.append(bar);
}
