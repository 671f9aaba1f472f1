import type RFB from '@novnc/novnc';

/** Flags of a fence (rfbproto, "ServerFence"). */
const REQUEST = 1 << 31;
const BLOCK_BEFORE = 1 << 0;
const BLOCK_AFTER = 1 << 1;

/** Bytes of a fence before its payload, without its type. */
const HEAD_BYTES = 8;

interface IWaitingFence {
  /** The number of the frame that must be painted before. */
  readonly after: number;
  readonly flags: number;
  readonly payload: string;
}

/**
 * Answers fences with BlockBefore once all frames before them are painted.
 *
 * noVNC answers each fence when it reads it, and reads nothing while a frame is decoded. This is needed once it reads on.
 */
export class PaintedFences {
  /** `answer` sends a ClientFence; `pending` returns the number of the last frame that isn't painted; null if all are. */
  constructor(rfb: RFB, answer: (flags: number, payload: string) => void, pending: () => number | null) {
    this._answer = answer;
    const { _handleServerFenceMsg: handle } = rfb;
    rfb._handleServerFenceMsg = () => {
      const after = pending();
      return (after === null ? null : this._hold(rfb, after)) ?? handle.call(rfb);
    };
  }

  /** The frame `number`, and all before it, are painted. */
  painted(number: number): void {
    while (this._waiting.length > 0 && this._waiting[0].after <= number) {
      const { flags, payload } = this._waiting.shift()!;
      this._answer(flags, payload);
    }
  }

  /** Read a fence whose answer must wait; return null if it need not, and false if it is not complete. */
  private _hold({ _sock: socket }: RFB, after: number): boolean | null {
    if (socket.rQwait('fence', HEAD_BYTES)) {
      return null;
    }
    const head = socket.rQpeekBytes(HEAD_BYTES);
    const flags = (head[3] << 24) | head[6];
    if ((flags & REQUEST) === 0 || (flags & BLOCK_BEFORE) === 0) {
      return null;
    }
    const [length] = head.slice(-1);
    if (socket.rQwait('fence', HEAD_BYTES + length, 1)) {
      return false;
    }
    socket.rQskipBytes(HEAD_BYTES);
    const payload = String.fromCharCode(...socket.rQshiftBytes(length));
    this._waiting.push({ after, flags: flags & (BLOCK_BEFORE | BLOCK_AFTER), payload });
    return true;
  }

  private readonly _answer: (flags: number, payload: string) => void;
  private readonly _waiting: IWaitingFence[] = [];
}
