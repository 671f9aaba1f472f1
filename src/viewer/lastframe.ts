/** Keeps showing the last frame of a closed connection, while the desktop may come back. */
export class LastFrame {
  constructor(target: HTMLElement) {
    this._target = target;
  }

  /** Show the canvas of a closed connection in place of an earlier one. */
  keep(canvas: HTMLCanvasElement): void {
    this.drop();
    this._canvas = canvas;
    canvas.dataset.kept = 'true';
    canvas.removeAttribute('style');
    this._target.append(canvas);
  }

  drop(): void {
    this._canvas?.remove();
    this._canvas = null;
  }

  private readonly _target: HTMLElement;
  private _canvas: HTMLCanvasElement | null = null;
}
