/** The members of noVNC 1.7's `RFB` that are used here; the package brings no types. */
declare module '@novnc/novnc' {
  interface IEvents {
    connect: CustomEvent<Record<string, never>>;
    disconnect: CustomEvent<{ clean: boolean }>;
    clipboard: CustomEvent<{ text: string }>;
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

    // Members that are not public: `SizeRequests`, `SharpCursor` and `HeldFrame` replace them.
    readonly _cursor: { _target: HTMLElement | null; change(...args: unknown[]): void };
    /** Shows the last cursor again. */
    _refreshCursor(): void;
    readonly _display: { scale: number; resize(width: number, height: number): void };
    /** Sends SetDesktopSize with `_screenSize`, if `resizeSession` is set and the server knows it. */
    _requestRemoteResize(): void;
    /** The size of the canvas's container in CSS pixels. */
    _screenSize(): { w: number; h: number };
    /** Scales the canvas to `_screenSize` with `scaleViewport`, and else to 1. */
    _updateScale(): void;

    /** Presses a key, releases it, or does both; a `code` that is no key's leaves the keysym alone. */
    sendKey(keysym: number, code: string, down?: boolean): void;
  }
}
