import { isMac } from '../viewer/keyboard/events';
import { DEFAULT_INPUT } from '../viewer/inputsettings';

import type { IInputSettings } from '../viewer/inputsettings';
import type { ITranslation } from '../viewer/translation';
import type { IMenuItem } from './menu';

const STORAGE_KEY = 'jupyter-vnc-proxy:input';

/** Return the settings that this browser has stored. */
export function storedInput(): IInputSettings {
  try {
    const { commandKey, confirmClose } = JSON.parse(
      localStorage.getItem(STORAGE_KEY) ?? '{}'
    ) as Partial<IInputSettings>;
    return { commandKey: commandKey === 'alt' ? 'alt' : 'control', confirmClose: confirmClose !== false };
  } catch {
    return DEFAULT_INPUT;
  }
}

/** Return menu items that change the settings in `holder`, and store them. */
export function settingItems(holder: { settings: IInputSettings }, trans: ITranslation): IMenuItem[] {
  const change = (settings: Partial<IInputSettings>) => {
    holder.settings = { ...holder.settings, ...settings };
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(holder.settings));
    } catch {
      // Without storage, they last until the page is closed.
    }
  };
  const confirmClose: IMenuItem = {
    label: trans.__('Ask before closing the page'),
    isOn: () => holder.settings.confirmClose,
    action: () => change({ confirmClose: !holder.settings.confirmClose })
  };
  const commandKey: IMenuItem = {
    label: trans.__('Cmd is Ctrl on the desktop'),
    isOn: () => holder.settings.commandKey === 'control',
    action: () => change({ commandKey: holder.settings.commandKey === 'control' ? 'alt' : 'control' })
  };
  return isMac() ? [confirmClose, commandKey] : [confirmClose];
}
