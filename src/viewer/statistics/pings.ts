import { question, questionNumber, reportIn } from './serverload';

import type RFB from '@novnc/novnc';
import type { IServerReport } from './serverload';

/** Bit 31 of a fence's flags; an answer lacks it (rfbproto, "ClientFence"). */
const REQUEST = 1 << 31;

/** Bytes of a fence before its payload, without its type. */
const HEAD_BYTES = 8;

/** The time after which a ping counts as lost. */
const LOST_MS = 10_000;

/**
 * Measures the round trip of one RFB connection with fences, which a server answers in their order among its updates.
 *
 * noVNC answers the server's fences, and closes the connection at an answer to one of its own, so this replaces how it
 * reads them. Without support in the server, nothing is sent.
 */
export class Pings {
  /** `send` sends a ClientFence. */
  constructor(rfb: RFB, send: (flags: number, payload: string) => void, now = () => performance.now()) {
    this._rfb = rfb;
    this._send = send;
    this._now = now;
    const { _handleServerFenceMsg: handle } = rfb;
    rfb._handleServerFenceMsg = () => this._handleAnswer() ?? handle.call(rfb);
  }

  /** Whether the server has shown that it knows fences. */
  get isSupported(): boolean {
    return this._rfb._supportsFence;
  }

  /** The last round trip in milliseconds, or the time that a ping has waited if that is longer; null if unknown. */
  get latencyMs(): number | null {
    const waits = this._sentAt === null ? 0 : this._now() - this._sentAt;
    return this._latencyMs === null && waits < 1000 ? null : Math.max(this._latencyMs ?? 0, waits);
  }

  /** The server's last report; null if it sends none. */
  get report(): IServerReport | null {
    return this._report;
  }

  /** Send a ping, unless one is on its way. */
  send(): void {
    if (!this.isSupported || (this._sentAt !== null && this._now() - this._sentAt < LOST_MS)) {
      return;
    }
    this._sentAt = this._now();
    this._send(REQUEST, String.fromCharCode(...question(++this._number)));
  }

  /** Forget the last round trip, which is too old. */
  forget(): void {
    this._latencyMs = null;
  }

  /** Read a fence that answers one; return null if it requests an answer, and false if it is not complete. */
  private _handleAnswer(): boolean | null {
    const { _sock: socket } = this._rfb;
    if (socket.rQwait('fence', HEAD_BYTES)) {
      return null;
    }
    const head = socket.rQpeekBytes(HEAD_BYTES);
    const [length] = head.slice(-1);
    if ((head[3] & 0x80) !== 0) {
      return null;
    }
    if (socket.rQwait('fence', HEAD_BYTES + length, 1)) {
      return false;
    }
    socket.rQskipBytes(HEAD_BYTES);
    const payload = socket.rQshiftBytes(length);
    if (this._sentAt !== null && questionNumber(payload) === this._number) {
      this._latencyMs = this._now() - this._sentAt;
      this._sentAt = null;
      this._report = reportIn(payload);
    }
    return true;
  }

  private readonly _rfb: RFB;
  private readonly _send: (flags: number, payload: string) => void;
  private readonly _now: () => number;
  private _number = 0;
  private _sentAt: number | null = null;
  private _latencyMs: number | null = null;
  private _report: IServerReport | null = null;
}
