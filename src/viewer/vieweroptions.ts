import type { IInputSettings } from './inputsettings';
import type { IQualitySettings } from './quality';
import type { IDesktopConnection } from '../tokens';
import type { ITranslation } from './translation';

/** The options of a `DesktopViewer`. */
export interface IViewerOptions {
  connection: IDesktopConnection;
  /** The element that becomes the viewer. */
  node: HTMLElement;
  trans: ITranslation;
  quality?: IQualitySettings;
  input?: IInputSettings;
  /** Gives the keyboard's focus to what is around the desktop. */
  leave?: () => void;
  /** Opens the dialog about the desktop's viewers. */
  manage?: () => void;
}
