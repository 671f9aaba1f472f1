import { FakeContext, FakeDisplay } from './display';

/** The bytes that a client has received and not read, behind a message's type, and the fences that it has sent. */
class FakeQueue {
  /** `calls`: the client's. */
  constructor(readonly calls: unknown[]) {}

  bytes: number[] = [];
  sent: [flags: number, payload: string][] = [];
  wentBack = 0;

  rQwait(_: string, bytes: number, goBack = 0): boolean {
    const waits = this.bytes.length < bytes;
    this.wentBack += waits ? goBack : 0;
    return waits;
  }

  rQpeekBytes(bytes: number): Uint8Array {
    return Uint8Array.from(this.bytes.slice(0, bytes));
  }

  rQskipBytes(bytes: number): void {
    this.bytes.splice(0, bytes);
  }

  rQshiftBytes(bytes: number): Uint8Array {
    return Uint8Array.from(this.bytes.splice(0, bytes));
  }
}

/** The members of noVNC's RFB that the viewer uses; it adds a canvas to its target and records calls in `calls`. */
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
  readonly calls: unknown[] = [];
  /** The sizes that the server was asked for. */
  readonly requested: string[] = [];
  isConnected = false;
  private _resizeSession = false;
  _pendingRemoteResize = false;
  scaleViewport = false;
  readonly _display = new FakeDisplay(this);
  readonly _sock = new FakeQueue(this.calls);
  _FBU = { encoding: null as number | null, x: 0, y: 0, width: 0, height: 0 };
  _supportsFence = false;
  showDotCursor = false;
  viewOnly = false;
  background = '';
  qualityLevel = 6;
  compressionLevel = 2;
  isOver = false;
  focusOnClick = true;

  get resizeSession(): boolean {
    return this._resizeSession;
  }
  set resizeSession(value: boolean) {
    this._resizeSession = value;
    if (value) {
      this._requestRemoteResize();
    }
  }

  static readonly messages = {
    clientFence: ({ sent }: FakeQueue, flags: number, payload: string) => sent.push([flags, payload]),
    clientEncodings: (socket: FakeQueue, encodings: number[]) => socket.calls.push(['encodings', ...encodings]),
    pointerEvent: (socket: FakeQueue, x: number, y: number, mask: number) => socket.calls.push(['pointer', x, y, mask]),
    extendedPointerEvent: (socket: FakeQueue, x: number, y: number, mask: number) =>
      socket.calls.push(['extended', x, y, mask])
  };

  _extendedPointerEventSupported = true;
  _mouseButtonMask = 0;
  readonly _cursor = { change: () => undefined, clear: () => undefined, move: () => undefined };

  get _rfbConnectionState(): string {
    return this.isConnected && !this.isOver ? 'connected' : 'disconnected';
  }

  _sendEncodings(): void {
    FakeRFB.messages.clientEncodings(this._sock, [0]);
  }

  _sendMouse(x: number, y: number, mask: number): void {
    FakeRFB.messages.pointerEvent(this._sock, x, y, mask);
  }

  _handleMouseMove(x: number, y: number): void {
    this._sendMouse(x, y, this._mouseButtonMask);
  }

  _handleMouseButton(x: number, y: number, mask: number): void {
    this._mouseButtonMask = mask;
    this._sendMouse(x, y, mask);
  }

  _handleKeyEvent(): void {
    // Only noVNC itself calls it.
  }

  _handleRect(): boolean {
    this.calls.push('rectangle');
    return true;
  }

  /** As noVNC does it, without its limit of the rate. */
  _requestRemoteResize(): void {
    if (this._resizeSession && !this.viewOnly && this.isConnected && !this._pendingRemoteResize) {
      const { w, h } = this._screenSize();
      if (w !== this.canvas.width || h !== this.canvas.height) {
        this._pendingRemoteResize = true;
        this.requested.push(`${w}x${h}`);
      }
    }
  }

  _screenSize(): { w: number; h: number } {
    return { w: 0, h: 0 };
  }

  _handleServerCutText(): boolean {
    this.calls.push('cut-text');
    return true;
  }

  /** Receive a notify of these formats. */
  notify(formats: number): void {
    this._sock.bytes = [0, 0, 0, 255, 255, 255, 252, 8, 0, 0, formats];
    this._handleServerCutText();
  }

  _updateClip(): void {
    this._display.clipViewport = false;
    this._display.place = { x: 0, y: 0 };
    this._display.viewportChangeSize(this._display.width, this._display.height);
  }

  _updateScale(): void {
    this._display.scale = this.scaleViewport ? 0.5 : 1;
  }

  /** The server has resized the desktop. */
  resize(width: number, height: number): void {
    this._display.resize(width, height);
    this._pendingRemoteResize = false;
    this._updateClip();
    this._updateScale();
  }

  /** Complete the handshake. */
  connect(): void {
    this.isConnected = true;
    this._requestRemoteResize();
    this.dispatchEvent(new CustomEvent('connect'));
  }

  /** Receive a frame, opaque or transparent. */
  paint(alpha = 255): void {
    this.context.alpha = alpha;
    this.context.drawImage(null, 0, 0, 8, 8, 0, 0, 8, 8);
  }

  _handleMessage(): void {
    this.calls.push('message');
  }

  /** Handles a message. */
  _normalMsg(): boolean {
    return true;
  }

  _handleServerFenceMsg(): boolean {
    this.calls.push('fence');
    this._supportsFence = true;
    return true;
  }

  end(): void {
    if (!this.isOver) {
      this.isOver = true;
      this.screen.remove();
      this.dispatchEvent(new CustomEvent('disconnect', { detail: { clean: true } }));
    }
  }

  disconnect(): void {
    this.calls.push('disconnect');
    this.socket.close();
    this.end();
  }

  sendCtrlAltDel(): void {
    this.calls.push('ctrl-alt-del');
  }

  sendKey(keysym: number, code: string, down?: boolean): void {
    this.calls.push(down === undefined ? ['key', keysym] : ['key', keysym, code, down]);
  }

  clipboardPasteFrom(text: string): void {
    this.calls.push(['clipboard', text]);
  }
}
