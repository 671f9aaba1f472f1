import { element } from '../sharing/element';
import { MODIFIERS } from './stickymodifiers';

import type { IDisposable } from '@lumino/disposable';
import type { ITranslation } from '../translation';
import type { Modifier, ModifierState, StickyModifiers } from './stickymodifiers';

const KEYBOARD_ICON =
  '<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path fill="currentColor" d="M3 5h18a2 2 0 0 1 2 2v10' +
  'a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2m0 2v10h18V7zm2 2h2v2H5zm4 0h2v2H9zm4 0h2v2h-2zm4 0h2v2h-2zM7 13h10v2H7z"/>' +
  '</svg>';

/** The button that raises the device's keyboard, and a row of the keys that such keyboards lack. */
export class KeyRow implements IDisposable {
  constructor(options: KeyRow.IOptions) {
    this._options = options;
    const { trans, modifiers } = options;
    this.node = element('div', 'jp-Desktop-keys');
    this.node.hidden = true;
    this._row = element('div', 'jp-Desktop-keyRow');
    this._row.setAttribute('role', 'toolbar');
    this._row.setAttribute('aria-label', trans.__('Keys'));
    this._addKey('Escape', trans.__('Esc'));
    this._addKey('Tab', trans.__('Tab'));
    const labels = { Ctrl: trans.__('Ctrl'), Alt: trans.__('Alt') };
    for (const modifier of MODIFIERS) {
      const label = labels[modifier];
      this._modifiers.set(
        modifier,
        this._add(label, label, () => modifiers.tap(modifier))
      );
    }
    this._addKey('Left', '←', trans.__('Left'));
    this._addKey('Up', '↑', trans.__('Up'));
    this._addKey('Down', '↓', trans.__('Down'));
    this._addKey('Right', '→', trans.__('Right'));
    this._toggle = element('button', 'jp-Desktop-keyboardButton');
    this._toggle.innerHTML = KEYBOARD_ICON;
    this._toggle.title = trans.__('Keyboard');
    this._toggle.setAttribute('aria-label', trans.__('Keyboard'));
    this._toggle.addEventListener('click', () => (this.isOpen = !this.isOpen));
    this.node.append(this._row, this._toggle);
    // A press must not take the focus from the text field, which would close the device's keyboard.
    this.node.addEventListener('mousedown', event => event.preventDefault());
    modifiers.changed.connect(this._update, this);
    window.visualViewport?.addEventListener('resize', this);
    window.visualViewport?.addEventListener('scroll', this);
    this._update();
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._options.modifiers.changed.disconnect(this._update, this);
    window.visualViewport?.removeEventListener('resize', this);
    window.visualViewport?.removeEventListener('scroll', this);
    this.node.remove();
  }

  /** Whether the button is there at all. */
  set isShown(value: boolean) {
    this.node.hidden = !value;
    this._place();
  }

  /** Whether the row is shown, and the device's keyboard raised. */
  get isOpen(): boolean {
    return this._isOpen;
  }

  set isOpen(value: boolean) {
    const isChanged = value !== this._isOpen;
    this._isOpen = value;
    if (!value) {
      this._options.modifiers.clear();
    }
    this._update();
    if (isChanged) {
      this._options.raise(value);
    }
  }

  /** The device's keyboard has come up or gone: stay above it. */
  handleEvent(): void {
    this._place();
  }

  private _place(): void {
    const { visualViewport } = window;
    const { parentElement } = this.node;
    if (visualViewport && parentElement !== null && !this.node.hidden) {
      const hidden = parentElement.getBoundingClientRect().bottom - visualViewport.offsetTop - visualViewport.height;
      this.node.style.bottom = `${Math.max(0, Math.round(hidden))}px`;
    }
  }

  private _addKey(key: string, label: string, name = label): void {
    this._add(label, name, () => this._options.modifiers.sendKey(key));
  }

  private _add(label: string, name: string, action: () => void): HTMLButtonElement {
    const button = element('button', '', label);
    button.setAttribute('aria-label', name);
    button.addEventListener('click', action);
    this._row.append(button);
    return button;
  }

  private _update(): void {
    const { trans, modifiers } = this._options;
    this._row.hidden = !this._isOpen;
    this._toggle.setAttribute('aria-expanded', String(this._isOpen));
    const titles: Record<ModifierState, string> = {
      off: '',
      once: trans.__('For the next key; tap again to hold'),
      held: trans.__('Held; tap to release')
    };
    for (const [modifier, button] of this._modifiers) {
      const state = modifiers.state(modifier);
      button.dataset.state = state;
      button.title = titles[state];
      button.setAttribute('aria-pressed', String(state !== 'off'));
    }
  }

  private readonly _options: KeyRow.IOptions;
  private readonly _row: HTMLElement;
  private readonly _toggle: HTMLButtonElement;
  private readonly _modifiers = new Map<Modifier, HTMLButtonElement>();
  private _isOpen = false;
  private _isDisposed = false;
}

export namespace KeyRow {
  export interface IOptions {
    trans: ITranslation;
    modifiers: StickyModifiers;
    /** Raises the device's keyboard for the desktop, or lowers it. */
    raise: (isRaised: boolean) => void;
  }
}
