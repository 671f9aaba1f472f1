import type { DesktopViewer } from '../viewer/desktopviewer';
import type { ITranslation } from '../viewer/translation';

export interface IBarOptions {
  viewer: DesktopViewer;
  trans: ITranslation;
}

/** Add a toolbar, which slides in from the upper edge of the viewer. */
export function addBar({ viewer, trans }: IBarOptions): void {
  const bar = document.createElement('div');
  bar.className = 'jp-Desktop-bar';
  bar.setAttribute('role', 'toolbar');
  const add = (label: string, action: () => void) => {
    const button = document.createElement('button');
    button.textContent = label;
    button.addEventListener('click', () => {
      action();
      button.blur();
      viewer.focus();
    });
    bar.append(button);
  };
  add(trans.__('Full Screen'), () => void viewer.fullScreen.toggle());
  add(trans.__('Ctrl-Alt-Del'), () => viewer.sendCtrlAltDel());
  add(trans.__('Reconnect'), () => viewer.connection.reconnect());
  viewer.node.append(bar);
}
