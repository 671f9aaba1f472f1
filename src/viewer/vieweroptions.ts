import type { IInputSettings } from './inputsettings';
import type { IPointerSettings } from './pointer/pointersettings';
import type { IQualitySettings } from './quality';
import type { IScreenSettings } from './screensettings';
import type { IDesktopConnection } from '../tokens';
import type { ITranslation } from './translation';

/** The volume of a desktop whose own was never changed. */
export const DEFAULT_VOLUME = 100;

/** The user's settings. */
export interface IViewerSettings {
  quality: IQualitySettings;
  screen: IScreenSettings;
  input: IInputSettings;
  /** Whether the statistics are shown. */
  showStatistics: boolean;
  pointer: IPointerSettings;
  /** The volume of the sound, from 0 to 100. */
  volume: number;
}

/** The options of a `DesktopViewer`. */
export interface IViewerOptions {
  connection: IDesktopConnection;
  /** The element that becomes the viewer. */
  node: HTMLElement;
  trans: ITranslation;
  settings?: Partial<IViewerSettings>;
  /** The number of the monitor that the viewer is, if it is one. */
  monitor?: number;
  /** Gives the keyboard's focus to what is around the desktop. */
  leave?: () => void;
  /** Opens the dialog about the desktop's viewers. */
  manage?: () => void;
}
