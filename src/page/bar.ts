import { mayControl, takesKeys } from '../services/status';
import { FUNCTION_KEYS, USUAL_COMBINATIONS } from '../viewer/keyboard/combination';
import { canLockPointer } from '../viewer/pointer/pointerlock';
import { MenuButton } from './menu';
import { pointerItems } from './pointersettings';
import { settingItems } from './settings';
import { openByTouch } from './touchbar';

import type { DesktopViewer } from '../viewer/desktopviewer';
import type { ITranslation } from '../viewer/translation';
import type { IMenuItem } from './menu';

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
  bar.setAttribute('aria-label', trans.__('Desktop'));
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
  const addMenu = (label: string, items: readonly IMenuItem[]): HTMLButtonElement => {
    const { node, button } = new MenuButton(label, items);
    bar.append(node);
    return button;
  };
  add(trans.__('Full Screen'), () => void viewer.fullScreen.toggle());
  const keys = [...USUAL_COMBINATIONS, ...FUNCTION_KEYS];
  const sendKeys = addMenu(
    trans.__('Send Keys'),
    keys.map(label => ({ label, action: () => viewer.input.sendKeys(label) }))
  );
  const lock = canLockPointer() ? add(trans.__('Lock Pointer'), () => viewer.input.pointer.lock.toggle()) : null;
  const restricted = [add(trans.__('Send Clipboard'), () => void viewer.input.sendClipboard())];
  add(trans.__('Reconnect'), () => viewer.connection.reconnect());
  if (share !== undefined) {
    restricted.push(add(trans.__('Share…'), share));
  }
  if (lock !== null) {
    restricted.push(lock);
  }
  const items = [...settingItems(viewer.input, trans), ...pointerItems(viewer.input.pointer, trans)];
  const settings = items.map(item => ({
    ...item,
    action: () => {
      item.action();
      viewer.focus();
    }
  }));
  addMenu(trans.__('Settings'), settings);
  const update = () => {
    const { status } = viewer.connection;
    sendKeys.hidden = !status.rights.includes('keys');
    sendKeys.disabled = !takesKeys(status);
    for (const button of restricted) {
      button.hidden = !mayControl(status);
    }
  };
  viewer.connection.statusChanged.connect(update);
  update();
  openByTouch(bar);
  viewer.node.append(bar);
}
