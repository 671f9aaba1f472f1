import { pointerSettings } from '../viewer/pointer/pointersettings';

import type { IPointerSettings } from '../viewer/pointer/pointersettings';
import type { ITranslation } from '../viewer/translation';
import type { IMenuItem } from './menu';

const STORAGE_KEY = 'jupyter-vnc-proxy:pointer';

/** What the menu offers for the speed of the wheel. */
const WHEEL_SPEEDS = [0.5, 1, 2];

/** Return the settings that this browser has stored. */
export function storedPointer(): IPointerSettings {
  try {
    return pointerSettings(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<IPointerSettings>);
  } catch {
    return pointerSettings({});
  }
}

/** Return menu items that change the settings in `holder`, and store them. */
export function pointerItems(holder: { settings: IPointerSettings }, trans: ITranslation): IMenuItem[] {
  const change = (settings: Partial<IPointerSettings>) => {
    holder.settings = { ...holder.settings, ...settings };
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(holder.settings));
    } catch {
      // Without storage, they last until the page is closed.
    }
  };
  return [
    {
      label: trans.__('Touch as on a trackpad'),
      isOn: () => holder.settings.touchMode === 'trackpad',
      action: () => change({ touchMode: holder.settings.touchMode === 'trackpad' ? 'direct' : 'trackpad' })
    },
    {
      label: trans.__('Keyboard button'),
      isOn: () => holder.settings.keyboardButton === 'always',
      action: () => change({ keyboardButton: holder.settings.keyboardButton === 'always' ? 'touch' : 'always' })
    },
    ...WHEEL_SPEEDS.map(wheelSpeed => ({
      label: trans.__('Speed of the wheel: %1', wheelSpeed),
      isOn: () => holder.settings.wheelSpeed === wheelSpeed,
      action: () => change({ wheelSpeed })
    }))
  ];
}
