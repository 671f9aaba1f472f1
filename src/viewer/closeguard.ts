import type { IDisposable } from '@lumino/disposable';

/** Lets the browser ask before it closes the page: Ctrl+W meant for the desktop closes the page instead. */
export class CloseGuard implements IDisposable {
  /** `isWanted` returns whether the browser is to ask now. */
  constructor(private readonly _isWanted: () => boolean) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this.isActive = false;
    this._isDisposed = true;
  }

  /** Whether the desktop has the keyboard; a page that listens all the time is slower to come back to. */
  set isActive(value: boolean) {
    if (value && !this._isDisposed) {
      window.addEventListener('beforeunload', this);
    } else {
      window.removeEventListener('beforeunload', this);
    }
  }

  handleEvent(event: BeforeUnloadEvent): void {
    if (this._isWanted()) {
      event.preventDefault();
      // Browsers before 2023 need it.
      event.returnValue = true;
    }
  }

  private _isDisposed = false;
}
