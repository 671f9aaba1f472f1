/** The user's settings of the screen. */
export interface IScreenSettings {
  /**
   * `css`: a desktop's pixel is a CSS pixel; `native`: it is a pixel of the user's screen; `auto`: that too, if the
   * desktop's programs follow its scale and it does not become very large.
   */
  resolution: 'auto' | 'css' | 'native';
  /** How large the desktop's programs draw, in percent; `auto`: as large as the browser draws its page. */
  scale: 'auto' | number;
  /** `resize`: the desktop gets the panel's size; `fit`: its picture is scaled; `actual`: neither, the panel scrolls. */
  scaling: 'resize' | 'fit' | 'actual';
}

export const DEFAULT_SCREEN: IScreenSettings = { resolution: 'auto', scale: 'auto', scaling: 'resize' };
