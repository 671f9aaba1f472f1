import { Signal } from '@lumino/signaling';

import { keyNamed } from '../keyboard/combination';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { RfbClient } from '../rfb';

/** The modifiers of the row of keys. */
export const MODIFIERS = ['Ctrl', 'Alt'] as const;
export type Modifier = (typeof MODIFIERS)[number];

/** `once`: the modifier is pressed with the next key; `held`: it is down on the desktop. */
export type ModifierState = 'off' | 'once' | 'held';

const NEXT: Record<ModifierState, ModifierState> = { off: 'once', once: 'held', held: 'off' };

const MODIFIER_KEYS = ['Control', 'Alt', 'AltGraph', 'Shift', 'Meta'];

/** Modifiers for keyboards that have none, as those of phones: a tap is for the next key, a second one holds. */
export class StickyModifiers implements IDisposable {
  constructor(options: StickyModifiers.IOptions) {
    this._options = options;
    options.target.addEventListener('keydown', this, true);
    options.target.addEventListener('keyup', this, true);
  }

  /** Emitted when the state of a modifier has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._options.target.removeEventListener('keydown', this, true);
    this._options.target.removeEventListener('keyup', this, true);
    Signal.clearData(this);
  }

  state(modifier: Modifier): ModifierState {
    return this._states.get(modifier) ?? 'off';
  }

  /** Go on to the modifier's next state. */
  tap(modifier: Modifier): void {
    const state = NEXT[this.state(modifier)];
    this._states.set(modifier, state);
    if (state !== 'once') {
      this._press([modifier], state === 'held');
    }
    this._changed.emit();
  }

  /** Release all of them. */
  clear(): void {
    this._press(
      MODIFIERS.filter(modifier => this.state(modifier) === 'held'),
      false
    );
    this.forget();
  }

  /** Forget all of them, since the connection that has pressed them is gone. */
  forget(): void {
    if (this._states.size > 0) {
      this._states.clear();
      this._changed.emit();
    }
  }

  /** Send a key with the modifiers that wait for it. */
  sendKey(key: string): void {
    this._withNext(() => this._options.client()?.sendKeys([keyNamed(key)]));
  }

  /** Type a text, its first character with the modifiers that wait for it. */
  type(text: string): void {
    const [first = '', ...rest] = text;
    this._withNext(() => this._options.client()?.type(first));
    if (rest.length > 0) {
      this._options.client()?.type(rest.join(''));
    }
  }

  /** Press the modifiers with a key of a real keyboard, too. */
  handleEvent(event: KeyboardEvent): void {
    if (event.target !== this._options.client()?.canvas || MODIFIER_KEYS.includes(event.key)) {
      return;
    }
    if (event.type === 'keydown' && this._pressed.length === 0) {
      this._pressed = this._next();
      this._press(this._pressed, true);
    } else if (event.type === 'keyup' && this._pressed.length > 0) {
      const pressed = this._pressed;
      this._pressed = [];
      // noVNC sends the key's release after this.
      queueMicrotask(() => {
        this._press(pressed, false);
        this._used(pressed);
      });
    }
  }

  private _withNext(send: () => void): void {
    const modifiers = this._next();
    this._press(modifiers, true);
    send();
    this._press(modifiers, false);
    this._used(modifiers);
  }

  private _next(): Modifier[] {
    return MODIFIERS.filter(modifier => this.state(modifier) === 'once');
  }

  private _press(modifiers: readonly Modifier[], down: boolean): void {
    for (const modifier of modifiers) {
      this._options.client()?.pressKey(keyNamed(modifier), down);
    }
  }

  private _used(modifiers: readonly Modifier[]): void {
    if (modifiers.length > 0) {
      for (const modifier of modifiers) {
        this._states.delete(modifier);
      }
      this._changed.emit();
    }
  }

  private readonly _options: StickyModifiers.IOptions;
  private readonly _states = new Map<Modifier, ModifierState>();
  private readonly _changed = new Signal<this, void>(this);
  /** Those that are down with a key of a real keyboard. */
  private _pressed: Modifier[] = [];
  private _isDisposed = false;
}

export namespace StickyModifiers {
  export interface IOptions {
    /** The element that holds noVNC's canvas. */
    target: HTMLElement;
    client: () => RfbClient | null;
  }
}
