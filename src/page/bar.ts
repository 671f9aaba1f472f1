import { mayControl, takesKeys } from '../services/status';
import { FUNCTION_KEYS, USUAL_COMBINATIONS } from '../viewer/keyboard/combination';
import { SettingsDrawer } from './drawer';
import { canLockPointer } from '../viewer/pointer/pointerlock';
import { MenuButton } from './menu';
import { Monitor } from '../viewer/monitor';
import { openByTouch } from './touchbar';
import { SoundControl } from '../viewer/sound/soundcontrol';

import type { DesktopViewer } from '../viewer/desktopviewer';
import type { DesktopSound } from '../viewer/sound/desktopsound';
import type { ITranslation } from '../viewer/translation';
import type { IMenuItem } from './menu';
import type { PageSettings } from './settings';

export interface IBarOptions {
  viewer: DesktopViewer;
  trans: ITranslation;
  settings: PageSettings;
  sound: DesktopSound;
  /** Opens the dialog that shares the desktop. */
  share?: () => void;
  /** Opens the dialog that records the desktop. */
  record?: () => void;
  /** Takes a screenshot. */
  screenshot: () => void;
  /** Opens a window as another monitor of the desktop. */
  addMonitor?: () => void;
}

/** Add a toolbar, which slides in from the upper edge of the viewer. */
export function addBar(options: IBarOptions): void {
  const { viewer, trans, settings, sound, share, record, screenshot, addMonitor } = options;
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
  const addMenu = (label: string, items: readonly IMenuItem[]): MenuButton => {
    const menu = new MenuButton(label, items);
    bar.append(menu.node);
    return menu;
  };
  add(trans.__('Full Screen'), () => void viewer.fullScreen.toggle());
  const keyItems = () =>
    [...USUAL_COMBINATIONS, ...settings.current.combinations, ...FUNCTION_KEYS].map(label => ({
      label,
      action: () => viewer.input.sendKeys(label)
    }));
  const keyMenu = addMenu(trans.__('Send Keys'), keyItems());
  const sendKeys = keyMenu.button;
  const lock = canLockPointer() ? add(trans.__('Lock Pointer'), () => viewer.input.pointer.lock.toggle()) : null;
  const restricted = [add(trans.__('Send Clipboard'), () => void viewer.input.sendClipboard())];
  const camera = add(trans.__('Screenshot…'), screenshot);
  const monitor = addMonitor === undefined ? null : add(trans.__('Add Monitor'), addMonitor);
  bar.append(new SoundControl({ sound, trans, acted: () => viewer.focus() }).node);
  add(trans.__('Reconnect'), () => viewer.connection.reconnect());
  if (share !== undefined) {
    restricted.push(add(trans.__('Share…'), share));
  }
  const recordButton = record === undefined ? null : add(trans.__('Record…'), record);
  if (lock !== null) {
    restricted.push(lock);
  }
  const settingsMenu = addMenu(trans.__('Settings'), [
    {
      label: trans.__('Show Statistics'),
      isOn: () => settings.current.showStatistics,
      action: () => {
        settings.toggleStatistics();
        viewer.focus();
      }
    },
    {
      label: trans.__('Touch as on a Trackpad'),
      isOn: () => settings.current.pointer.touchMode === 'trackpad',
      action: () => {
        settings.choose('touchMode', settings.current.pointer.touchMode === 'trackpad' ? 'direct' : 'trackpad');
        viewer.focus();
      }
    },
    { label: trans.__('Settings…'), action: () => drawer.open() }
  ]);
  const drawer = new SettingsDrawer(settings, trans, () => settingsMenu.button.focus());
  settings.changed.connect(() => keyMenu.setItems(keyItems()));
  const update = () => {
    const { status } = viewer.connection;
    sendKeys.hidden = !status.rights.includes('keys');
    sendKeys.disabled = !takesKeys(status);
    camera.disabled = !status.connected;
    if (monitor !== null) {
      monitor.hidden = !status.rights.includes('resize');
      monitor.disabled = !Monitor.canAdd(status);
      const isImpossible = status.connected && monitor.disabled;
      monitor.title = isImpossible ? trans.__('This desktop cannot have several monitors.') : '';
    }
    if (recordButton !== null) {
      recordButton.hidden = !mayControl(status) || Boolean(status.model?.recording);
    }
    for (const button of restricted) {
      button.hidden = !mayControl(status);
    }
  };
  viewer.connection.statusChanged.connect(update);
  update();
  openByTouch(bar);
  viewer.node.append(bar, drawer.node);
}
