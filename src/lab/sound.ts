import { Widget } from '@lumino/widgets';

import { SoundControl } from '../viewer/sound/soundcontrol';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { DesktopSound } from '../viewer/sound/desktopsound';

/** The speaker in a panel's toolbar. */
export class SoundItem extends Widget {
  constructor(sound: DesktopSound, trans: TranslationBundle) {
    const control = new SoundControl({ sound, trans });
    super({ node: control.node });
    this._control = control;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._control.dispose();
      super.dispose();
    }
  }

  private readonly _control: SoundControl;
}
