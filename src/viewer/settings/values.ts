import type { IInputSettings } from '../inputsettings';
import type { IPointerSettings } from '../pointer/pointersettings';
import type { IScreenSettings } from '../screensettings';
import type { IViewerSettings } from '../vieweroptions';
import type { ISetting, SettingValue } from './table';

/** The settings of viewers, as JupyterLab and the plain page store them. */
export type StoredSettings = Readonly<Record<string, unknown>>;

/** The key of the settings of single desktops: an object for each desktop, by name. */
export const DESKTOPS_KEY = 'desktops';

/** Settings for one desktop. */
export interface IResolvedSettings extends IViewerSettings {
  /** The user's own combinations of keys to send. */
  combinations: readonly string[];
}

/** An override of one desktop's that is ignored. */
export interface IBrokenOverride {
  desktop: string;
  /** Null if the desktop's overrides are no object. */
  key: string | null;
}

/** Return whether a setting can have a value. */
export function isValid(setting: ISetting, value: unknown): value is SettingValue {
  if (setting.choices !== undefined) {
    return setting.choices.some(choice => choice.value === value);
  }
  if (setting.range !== undefined) {
    const [least, most] = setting.range;
    return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  }
  if (Array.isArray(setting.default)) {
    return Array.isArray(value) && value.every(each => typeof each === 'string');
  }
  return typeof value === typeof setting.default;
}

/** Return the overrides of one desktop that are valid. */
export function overridesOf(
  table: readonly ISetting[],
  stored: StoredSettings,
  desktop: string
): Record<string, SettingValue> {
  const given = objectIn(objectIn(stored[DESKTOPS_KEY])?.[desktop]) ?? {};
  return Object.fromEntries(
    table
      .filter(
        setting => setting.isPerDesktop && Object.hasOwn(given, setting.key) && isValid(setting, given[setting.key])
      )
      .map(({ key }) => [key, given[key] as SettingValue])
  );
}

/** Find what is wrong in the overrides of all desktops. */
export function brokenOverrides(table: readonly ISetting[], stored: StoredSettings): IBrokenOverride[] {
  const broken: IBrokenOverride[] = [];
  for (const [desktop, given] of Object.entries(objectIn(stored[DESKTOPS_KEY]) ?? {})) {
    const overrides = objectIn(given);
    if (overrides === null) {
      broken.push({ desktop, key: null });
      continue;
    }
    for (const [key, value] of Object.entries(overrides)) {
      const setting = table.find(each => each.key === key && each.isPerDesktop);
      if (setting === undefined || !isValid(setting, value)) {
        broken.push({ desktop, key });
      }
    }
  }
  return broken;
}

/** Return the values for one desktop: its overrides, what is stored for all, or else the defaults. */
export function valuesFor(
  table: readonly ISetting[],
  stored: StoredSettings,
  desktop: string | null
): Record<string, SettingValue> {
  const common = Object.fromEntries(
    table.map(setting => {
      const value = stored[setting.key];
      return [setting.key, isValid(setting, value) ? value : setting.default];
    })
  );
  return desktop === null ? common : { ...common, ...overridesOf(table, stored, desktop) };
}

/** Return whose value of a setting one desktop has: its own (its name), or that of all desktops (null). */
export function scopeOf(
  table: readonly ISetting[],
  stored: StoredSettings,
  desktop: string,
  key: string
): string | null {
  return key in overridesOf(table, stored, desktop) ? desktop : null;
}

/** Return changed settings: with a new value for all desktops or for one, or without one's own if it is undefined. */
export function changed(
  stored: StoredSettings,
  desktop: string | null,
  key: string,
  value: SettingValue | undefined
): Record<string, unknown> {
  if (desktop === null) {
    return { ...stored, [key]: value };
  }
  const desktops = { ...objectIn(stored[DESKTOPS_KEY]) };
  const own: Record<string, unknown> = { ...objectIn(desktops[desktop]) };
  if (value === undefined) {
    delete own[key];
  } else {
    own[key] = value;
  }
  if (Object.keys(own).length > 0) {
    desktops[desktop] = own;
  } else {
    delete desktops[desktop];
  }
  return { ...stored, [DESKTOPS_KEY]: desktops };
}

/** Return the settings of one desktop's viewer. */
export function resolved(
  table: readonly ISetting[],
  stored: StoredSettings,
  desktop: string | null
): IResolvedSettings {
  const values = valuesFor(table, stored, desktop);
  return {
    quality: {
      qualityLevel: values.qualityLevel as number | null,
      compressionLevel: values.compressionLevel as number
    },
    screen: {
      resolution: values.resolution as IScreenSettings['resolution'],
      scale: values.scale === 'auto' ? 'auto' : Number(values.scale),
      scaling: values.scaling as IScreenSettings['scaling']
    },
    input: {
      commandKey: values.commandKey as IInputSettings['commandKey'],
      holdForAccents: values.holdForAccents as boolean,
      confirmClose: values.confirmClose as boolean,
      clipboard: values.clipboard as IInputSettings['clipboard']
    },
    pointer: {
      wheelSpeed: values.wheelSpeed as number,
      touchMode: values.touchMode as IPointerSettings['touchMode'],
      keyboardButton: values.keyboardButton as IPointerSettings['keyboardButton']
    },
    volume: values.volume as number,
    showStatistics: values.showStatistics as boolean,
    combinations: values.sendKeys as readonly string[]
  };
}

function objectIn(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
