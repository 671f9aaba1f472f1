/** A canvas context that counts calls of drawImage. */
export class FakeContext {
  drawn = 0;
  alpha = 0;

  drawImage(..._: unknown[]): void {
    this.drawn++;
  }
}

/** The context of a canvas that probes others: it returns the alpha value of the last image. */
export class FakeProbe {
  static looks = 0;
  private _alpha = 0;

  clearRect(): void {
    this._alpha = 0;
  }

  drawImage(source: HTMLCanvasElement): void {
    this._alpha = (source.getContext('2d') as unknown as FakeContext).alpha;
  }

  getImageData(): { data: number[] } {
    FakeProbe.looks++;
    return { data: [0, 0, 0, this._alpha] };
  }
}

HTMLCanvasElement.prototype.getContext = (() => new FakeProbe()) as unknown as HTMLCanvasElement['getContext'];

/** The drawings of a client; without `wait` they are on the screen at once. */
export class FakeDisplay {
  constructor(private readonly _client: { readonly canvas: HTMLCanvasElement }) {}

  scale = 1;
  _renderQ: unknown[] = [];
  _damageBounds = { left: 0, top: 0, right: 8, bottom: 8 };
  flips = 0;
  painted: () => void = () => undefined;

  width = 0;
  height = 0;
  clipViewport = false;
  place = { x: 0, y: 0 };

  get _viewportLoc(): { x: number; y: number; w: number; h: number } {
    return { ...this.place, w: this._client.canvas.width, h: this._client.canvas.height };
  }

  resize(width: number, height: number): void {
    Object.assign(this, { width, height });
    Object.assign(this._client.canvas, { width, height });
  }

  viewportChangeSize(width: number, height: number): void {
    Object.assign(this._client.canvas, { width, height });
  }

  viewportChangePos(x: number, y: number): void {
    this.place = { x: this.place.x + x, y: this.place.y + y };
  }

  absX(x: number): number {
    return this.place.x + x;
  }

  absY(y: number): number {
    return this.place.y + y;
  }

  flip(_?: boolean): void {
    this.flips++;
  }

  /** The frames that were drawn, or wait for being decoded. */
  readonly frames: { frame: unknown }[] = [];

  videoFrame(_x: number, _y: number, _width: number, _height: number, frame: { frame: unknown }): void {
    this.frames.push(frame);
  }

  flush(): Promise<void> {
    return new Promise(resolve => (this.painted = resolve));
  }
}
