import { element } from '../sharing/element';

import type { IDisposable } from '@lumino/disposable';
import type { ITranslation } from '../translation';
import type { DesktopSound } from './desktopsound';

/** Says over the desktop that the microphone is on, with a button that turns it off. */
export class MicrophoneSign implements IDisposable {
  constructor(sound: DesktopSound, trans: ITranslation) {
    this._sound = sound;
    this.node = element('div', 'jp-Desktop-microphone');
    const text = element('span', '', trans.__('The microphone is on'));
    text.setAttribute('role', 'status');
    const off = element('button', 'jp-mod-styled jp-mod-minimal', trans.__('Turn Off'));
    off.type = 'button';
    off.addEventListener('click', () => void sound.toggleMicrophone());
    this.node.append(text, off);
    sound.changed.connect(this._update, this);
    this._update();
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._sound.changed.disconnect(this._update, this);
      this.node.remove();
    }
  }

  private _update(): void {
    this.node.hidden = this._sound.microphone !== 'on';
  }

  private readonly _sound: DesktopSound;
  private _isDisposed = false;
}
