import { ACTIVITY_EVENTS } from './activity';

import type { IDisposable } from '@lumino/disposable';
import type { IAttention } from '../services/attention';

/** The events by which a person uses a page. */
const EVENTS = [...ACTIVITY_EVENTS, 'focus'];

/** The time without such events after which nobody uses the page. */
const AWAY_MS = 5 * 60 * 1000;

/** Watches whether a person uses the page. */
export class Attention implements IAttention, IDisposable {
  constructor(options: Attention.IOptions) {
    this._returned = options.returned;
    for (const type of EVENTS) {
      window.addEventListener(type, this, { capture: true, passive: true });
    }
    document.addEventListener('visibilitychange', this);
  }

  get isAway(): boolean {
    return document.hidden || this._usedAt === null || Date.now() - this._usedAt > AWAY_MS;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    for (const type of EVENTS) {
      window.removeEventListener(type, this, { capture: true });
    }
    document.removeEventListener('visibilitychange', this);
  }

  leave(): void {
    this._usedAt = null;
  }

  handleEvent(): void {
    if (document.hidden) {
      this.leave();
      return;
    }
    const wasAway = this.isAway;
    this._usedAt = Date.now();
    if (wasAway) {
      this._returned();
    }
  }

  private readonly _returned: () => void;
  private _usedAt: number | null = Date.now();
  private _isDisposed = false;
}

export namespace Attention {
  export interface IOptions {
    /** Called when a person uses the page again. */
    returned: () => void;
  }
}
