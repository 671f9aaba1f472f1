/** A canvas's context that counts what is drawn. */
class FakeContext {
  drawn = 0;
  alpha = 0;

  drawImage(..._: unknown[]): void {
    this.drawn++;
  }
}

/** The context of a canvas that looks at others: the alpha of what was drawn on it last. */
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

/** noVNC's RFB as far as it is used here: it fills its target with a canvas and says what it was told. */
export default class FakeRFB extends EventTarget {
  static instances: FakeRFB[] = [];

  static get last(): FakeRFB {
    return this.instances[this.instances.length - 1];
  }

  constructor(
    readonly target: Element,
    readonly socket: WebSocket
  ) {
    super();
    if (socket.readyState > WebSocket.OPEN) {
      throw new Error('Cannot use already closed WebSocket');
    }
    this.screen.append(this.canvas);
    target.append(this.screen);
    this.canvas.tabIndex = -1;
    const context = this.context;
    Object.defineProperty(this.canvas, 'getContext', { value: () => context });
    socket.onclose = () => this.end();
    FakeRFB.instances.push(this);
  }

  readonly screen = document.createElement('div');
  readonly canvas = document.createElement('canvas');
  readonly context = new FakeContext();
  readonly told: unknown[] = [];
  resizeSession = false;
  scaleViewport = false;
  showDotCursor = false;
  background = '';
  qualityLevel = 6;
  compressionLevel = 2;
  isOver = false;

  /** The handshake is done. */
  connect(): void {
    this.dispatchEvent(new CustomEvent('connect'));
  }

  /** A frame comes, with pixels in it or none. */
  paint(alpha = 255): void {
    this.context.alpha = alpha;
    this.context.drawImage(null, 0, 0, 8, 8, 0, 0, 8, 8);
  }

  end(): void {
    if (!this.isOver) {
      this.isOver = true;
      this.screen.remove();
      this.dispatchEvent(new CustomEvent('disconnect', { detail: { clean: true } }));
    }
  }

  disconnect(): void {
    this.told.push('disconnect');
    this.socket.close();
    this.end();
  }

  focus(): void {
    this.canvas.focus();
  }

  blur(): void {
    this.canvas.blur();
  }

  sendCtrlAltDel(): void {
    this.told.push('ctrl-alt-del');
  }

  clipboardPasteFrom(text: string): void {
    this.told.push(['clipboard', text]);
  }
}
