import { mayControl } from '../services/status';

import type { DesktopViewer } from '../viewer/desktopviewer';
import type { ITranslation } from '../viewer/translation';

export interface IBarOptions {
  viewer: DesktopViewer;
  trans: ITranslation;
  /** Opens the dialog that shares the desktop. */
  share?: () => void;
}

/** Add a toolbar, which slides in from the upper edge of the viewer. */
export function addBar({ viewer, trans, share }: IBarOptions): void {
  const bar = document.createElement('div');
  bar.className = 'jp-Desktop-bar';
  bar.setAttribute('role', 'toolbar');
  const add = (label: string, action: () => void): HTMLButtonElement => {
    const button = document.createElement('button');
    button.textContent = label;
    button.addEventListener('click', () => {
      action();
      button.blur();
      viewer.focus();
    });
    bar.append(button);
    return button;
  };
  add(trans.__('Full Screen'), () => void viewer.fullScreen.toggle());
  const restricted = [add(trans.__('Ctrl-Alt-Del'), () => viewer.sendCtrlAltDel())];
  restricted.push(add(trans.__('Send Clipboard'), () => void viewer.sendClipboard()));
  add(trans.__('Reconnect'), () => viewer.connection.reconnect());
  if (share !== undefined) {
    restricted.push(add(trans.__('Share…'), share));
  }
  const update = () => {
    for (const button of restricted) {
      button.hidden = !mayControl(viewer.connection.status);
    }
  };
  viewer.connection.statusChanged.connect(update);
  update();
  viewer.node.append(bar);
}
