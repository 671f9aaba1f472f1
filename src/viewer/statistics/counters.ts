import type RFB from '@novnc/novnc';

/** What a client has counted since it was made; each number only grows. */
export interface ICounts {
  /** Bytes received. */
  readonly bytes: number;
  /** Frames that changed the picture. */
  readonly frames: number;
  /** Milliseconds in which the page read and decoded messages. */
  readonly handledMs: number;
  /** Milliseconds in which images or video frames were decoded and painted, and messages might wait for that. */
  readonly waitedMs: number;
  /** The desktop's pixels that were sent with each encoding, by its number in RFB. */
  readonly areas: ReadonlyMap<number, number>;
}

/**
 * Counts what one noVNC client receives and paints, and how long that takes the browser.
 *
 * noVNC has no statistics, so this replaces some of its methods. It counts whether or not anybody looks, since a few
 * additions for each message cost nothing.
 */
export class ClientCounters {
  constructor(rfb: RFB, socket: WebSocket, now = () => performance.now()) {
    this._now = now;
    socket.addEventListener('message', event => {
      this._bytes += (event.data as ArrayBuffer).byteLength;
    });
    this._countMessages(rfb);
    this._countFrames(rfb);
  }

  get counts(): ICounts {
    const waiting = this._waitsSince === null ? 0 : this._now() - this._waitsSince;
    return {
      bytes: this._bytes,
      frames: this._frames,
      handledMs: this._handledMs,
      waitedMs: this._waitedMs + waiting,
      areas: new Map(this._areas)
    };
  }

  /** A frame was shown in another way than by noVNC. */
  framePresented(): void {
    this._frames++;
  }

  /** Whether frames wait for the decoder, although messages are read. */
  set isDecoding(value: boolean) {
    if (value) {
      this._waitsSince ??= this._now();
    } else {
      this._endWait();
    }
  }

  private _endWait(): void {
    if (this._waitsSince !== null) {
      this._waitedMs += this._now() - this._waitsSince;
      this._waitsSince = null;
    }
  }

  private _countMessages(rfb: RFB): void {
    const { _normalMsg: handle, _handleRect: handleRectangle } = rfb;
    rfb._normalMsg = () => {
      const start = this._now();
      try {
        return handle.call(rfb);
      } finally {
        this._handledMs += this._now() - start;
      }
    };
    rfb._handleRect = () => {
      const { encoding, width, height } = rfb._FBU;
      const isComplete = handleRectangle.call(rfb);
      // Numbers below 0 are pseudo-encodings, except that of TightPNG.
      if (isComplete && encoding !== null && (encoding >= 0 || encoding === TIGHT_PNG)) {
        this._areas.set(encoding, (this._areas.get(encoding) ?? 0) + width * height);
      }
      return isComplete;
    };
  }

  private _countFrames({ _display: display }: RFB): void {
    const { flip, flush } = display;
    display.flip = isFromQueue => {
      const { left, right, top, bottom } = display._damageBounds;
      // Behind other entries of the queue, it only becomes one.
      if ((isFromQueue === true || display._renderQ.length === 0) && left < right && top < bottom) {
        this._frames++;
      }
      flip.call(display, isFromQueue);
    };
    // The next frame waits until the one before is painted.
    display.flush = () => {
      this._waitsSince ??= this._now();
      const painted = flush.call(display);
      void painted.then(() => this._endWait());
      return painted;
    };
  }

  private readonly _now: () => number;
  private readonly _areas = new Map<number, number>();
  private _bytes = 0;
  private _frames = 0;
  private _handledMs = 0;
  private _waitedMs = 0;
  private _waitsSince: number | null = null;
}

const COPY_RECT = 1;
const TIGHT_PNG = -260;

/** The names of encodings in RFB's registry. */
const ENCODINGS = new Map([
  [0, 'Raw'],
  [COPY_RECT, 'CopyRect'],
  [2, 'RRE'],
  [5, 'Hextile'],
  [6, 'Zlib'],
  [7, 'Tight'],
  [16, 'ZRLE'],
  [21, 'JPEG'],
  [50, 'H.264'],
  [TIGHT_PNG, 'TightPNG']
]);

/** Return the name of the encoding that sent most of the picture between two counts; null if none did. */
export function mainEncoding(before: ICounts, after: ICounts): string | null {
  let name: string | null = null;
  let most = 0;
  for (const [encoding, area] of after.areas) {
    // Text that scrolls is mostly copied, but what is new in it tells how the picture is sent.
    const weight = encoding === COPY_RECT ? 1e-6 : 1;
    const grown = (area - (before.areas.get(encoding) ?? 0)) * weight;
    if (grown > most) {
      most = grown;
      name = ENCODINGS.get(encoding) ?? String(encoding);
    }
  }
  return name;
}
