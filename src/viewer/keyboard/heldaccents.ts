import { isMac } from './events';

const LETTER = /^\p{L}$/u;

/** A key that chooses one of the accents that macOS shows. */
const CHOICE = /^[1-9]$/;

/** The time after which macOS shows the accents of a letter whose key is held; it can be shorter in its settings. */
const HOLD_MS = 200;

/**
 * Leaves letters to macOS, which shows their accents while a key is held, and puts the one chosen in the letter's place.
 *
 * macOS does so in text fields only, if the page does not prevent the key. So the letter is typed on the desktop at once,
 * without being held there, and stays in the field; what is in its place later is typed after a backspace. Browsers report
 * the change in different ways, so only the field's text counts.
 */
export class HeldAccents {
  constructor(private readonly _options: HeldAccents.IOptions) {}

  /** Return whether the browser is to have a key press, too, and whether the desktop is to have it. */
  onKeyDown(event: KeyboardEvent): { isLeft: boolean; isSent: boolean } {
    const { key, repeat, timeStamp } = event;
    if (!this._options.isEnabled() || !isMac() || event.ctrlKey || event.altKey || event.metaKey) {
      this.end();
      return { isLeft: false, isSent: true };
    }
    if (LETTER.test(key)) {
      if (repeat) {
        this._isHeld = true;
      } else {
        this.end();
        [this._letter, this._pressedAt] = [key, timeStamp];
      }
      return { isLeft: true, isSent: !repeat };
    }
    if (this._isHeld && CHOICE.test(key)) {
      // It comes as text, unless it has chosen an accent.
      return { isLeft: true, isSent: false };
    }
    if (key !== 'Shift') {
      this.end();
    }
    return { isLeft: false, isSent: true };
  }

  onKeyUp({ key, timeStamp }: KeyboardEvent): void {
    this._isHeld ||= LETTER.test(key) && this._letter === key && timeStamp - this._pressedAt >= HOLD_MS;
  }

  /** Return what to type for the text in the field, and leave there what macOS may replace. */
  takeText(field: HTMLTextAreaElement): string {
    const { value } = field;
    if (this._letter === '') {
      field.value = '';
      return value;
    }
    const typed = this._letter;
    if (value.startsWith(typed)) {
      this._letter = value;
      return value.slice(typed.length);
    }
    field.value = '';
    this._letter = '';
    return value === '' ? '' : '\b'.repeat([...typed].length) + value;
  }

  /** Let macOS replace nothing any more. */
  end(): void {
    if (this._letter !== '') {
      this._options.clear();
    }
    this._letter = '';
    this._isHeld = false;
  }

  /** What the desktop has got of the field's text. */
  private _letter = '';
  private _pressedAt = 0;
  private _isHeld = false;
}

export namespace HeldAccents {
  export interface IOptions {
    isEnabled: () => boolean;
    /** Empties the field. */
    clear: () => void;
  }
}
