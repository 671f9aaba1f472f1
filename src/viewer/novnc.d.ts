/** The members of noVNC 1.7's `RFB` that are used here; the package brings no types. */
declare module '@novnc/novnc' {
  interface IEvents {
    connect: CustomEvent<Record<string, never>>;
    disconnect: CustomEvent<{ clean: boolean }>;
    clipboard: CustomEvent<{ text: string }>;
  }

  interface IDisplay {
    scale: number;
    /** The size of the framebuffer. */
    readonly width: number;
    readonly height: number;
    /** The part of the framebuffer that the canvas shows. */
    readonly _viewportLoc: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    viewportChangeSize(width: number, height: number): void;
    viewportChangePos(deltaX: number, deltaY: number): void;
    resize(width: number, height: number): void;
    /** Drawings that wait for an image or a frame before them. */
    readonly _renderQ: unknown[];
    /** What has been drawn since the last flip. */
    readonly _damageBounds: { left: number; top: number; right: number; bottom: number };
    /** Shows what has been drawn, or does so when the queue gets there. */
    flip(isFromQueue?: boolean): void;
    /** Resolves when the queue is empty. */
    flush(): Promise<unknown>;
    /** Draws a frame and closes it, once it is decoded. */
    videoFrame(x: number, y: number, width: number, height: number, frame: IVideoFrame): void;
  }

  /** A frame that was given to the decoder; `promise` resolves once it is decoded. */
  interface IVideoFrame {
    readonly promise: Promise<void>;
    readonly ready: boolean;
    readonly frame: VideoFrame | null;
  }

  /** The bytes that were received. */
  interface IReceiveQueue {
    /** Whether there are fewer bytes; if so, goes back by some. */
    rQwait(what: string, bytes: number, goBack?: number): boolean;
    rQpeekBytes(bytes: number): Uint8Array;
    rQskipBytes(bytes: number): void;
    rQshiftBytes(bytes: number): Uint8Array;
  }

  export default class RFB extends EventTarget {
    constructor(target: Element, channel: WebSocket, options?: { shared?: boolean });

    /** A CSS colour. */
    background: string;
    /** 0 to 9. */
    compressionLevel: number;
    focusOnClick: boolean;
    /** 0 to 9. */
    qualityLevel: number;
    resizeSession: boolean;
    viewOnly: boolean;
    scaleViewport: boolean;
    showDotCursor: boolean;

    addEventListener<K extends keyof IEvents>(type: K, listener: (event: IEvents[K]) => void): void;
    clipboardPasteFrom(text: string): void;
    disconnect(): void;
    sendCtrlAltDel(): void;

    // Members that are not public: `followNotifies`, `ClientCounters`, `Pings`, `SizeRequests`, `HeldFrame`,
    // `VideoFrames`, `PaintedFences`, `RelativePointer` and `RemoteCursor` read or replace them.
    readonly _display: IDisplay;
    readonly _sock: IReceiveQueue;
    /** The rectangle that is being read. */
    readonly _FBU: { encoding: number | null; x: number; y: number; width: number; height: number };
    readonly _supportsFence: boolean;
    /** Handle a message, a rectangle or a fence; return false if it is not complete yet. */
    _normalMsg(): boolean;
    _handleRect(): boolean;
    /** Handles what was received and not read yet, which is not empty. */
    _handleMessage(): void;
    _handleServerFenceMsg(): boolean;
    /** Handles a message whose type is read; returns whether all of it has come. */
    _handleServerCutText(): boolean;
    readonly _rfbConnectionState: string;
    readonly _extendedPointerEventSupported: boolean;
    readonly _cursor: {
      /** Shows a cursor of RGBA pixels with a hot spot. */
      change(pixels: Uint8Array | number[], x: number, y: number, width: number, height: number): void;
      clear(): void;
      /** Moves the cursor to a place in the window, as a touch does. */
      move(clientX: number, clientY: number): void;
    };
    /** The buttons that are down, as RFB's mask. */
    _mouseButtonMask: number;
    /** Sends a key, after it has brought the locks to a state that is not null. */
    _handleKeyEvent(
      keysym: number,
      code: string,
      down: boolean,
      numLock?: boolean | null,
      capsLock?: boolean | null
    ): void;
    /** Sends the buttons, at a place on the canvas in CSS pixels. */
    _handleMouseButton(x: number, y: number, mask: number): void;
    /** Sends the place of the pointer, at most once in 17 ms. */
    _handleMouseMove(x: number, y: number): void;
    _sendEncodings(): void;
    _sendMouse(x: number, y: number, mask: number): void;
    /** Sends SetDesktopSize with `_screenSize`, if `resizeSession` is set and the server knows it. */
    _requestRemoteResize(): void;
    /** The size of the canvas's container in CSS pixels. */
    _screenSize(): { w: number; h: number };
    /** Scales the canvas to `_screenSize` with `scaleViewport`, and else to 1. */
    _updateScale(): void;

    /** Presses a key, releases it, or does both; a `code` that is no key's leaves the keysym alone. */
    sendKey(keysym: number, code: string, down?: boolean): void;

    static readonly messages: IMessages;
  }

  /** Writes messages to the socket. */
  export interface IMessages {
    clientFence(socket: unknown, flags: number, payload: string): void;
    clientEncodings(socket: unknown, encodings: number[]): void;
    pointerEvent(socket: unknown, x: number, y: number, mask: number): void;
    extendedPointerEvent(socket: unknown, x: number, y: number, mask: number): void;
  }
}
