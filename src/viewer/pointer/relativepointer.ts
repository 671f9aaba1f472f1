import { Signal } from '@lumino/signaling';

import type { ISignal } from '@lumino/signaling';
import type RFB from '@novnc/novnc';
import type { IMessages } from '@novnc/novnc';

/** The pseudo-encoding of our servers, `PSEUDO_RELATIVE_POINTER` in rfb/encodings.py. */
const RELATIVE_POINTER = 0x4a565052;

/** A position in a pointer event that is no motion. */
const ORIGIN = 0x7fff;
const MAX_MOTION = 0x7fff;

/** The time that a server may take to confirm; others never do. */
const CONFIRMATION_MS = 3000;

const EXTENDED_BUTTONS = 0x7f80;

export interface IPosition {
  x: number;
  y: number;
}

/** Lets a noVNC client send how far the pointer moves, instead of where it is, if the server takes that. */
export class RelativePointer {
  constructor(rfb: RFB) {
    this._rfb = rfb;
    const { messages } = rfb.constructor as typeof RFB;
    this._messages = messages;
    const { _sendEncodings: sendEncodings, _sendMouse: sendMouse, _handleRect: handleRect } = rfb;
    rfb._sendEncodings = () => {
      const { clientEncodings } = messages;
      messages.clientEncodings = (socket, encodings) =>
        clientEncodings(socket, this._state === 'absolute' ? encodings : [...encodings, RELATIVE_POINTER]);
      try {
        sendEncodings.call(rfb);
      } finally {
        messages.clientEncodings = clientEncodings;
      }
    };
    rfb._sendMouse = (x, y, mask) => {
      if (this._state === 'absolute') {
        sendMouse.call(rfb, x, y, mask);
      } else if (this._state === 'relative') {
        this._send(mask);
      }
      // While it waits, the server could take an event either way.
    };
    rfb._handleRect = () => {
      const { encoding, x, y } = rfb._FBU;
      if (encoding !== RELATIVE_POINTER) {
        return handleRect.call(rfb);
      }
      this._onConfirmed({ x, y });
      return true;
    };
  }

  /** Emitted with the place of the desktop's pointer, in its pixels, while motions are sent. */
  get located(): ISignal<this, IPosition> {
    return this._located;
  }

  /** Send motions from now on; return whether the server takes them. */
  async start(): Promise<boolean> {
    this._state = 'waiting';
    this._motion = { x: 0, y: 0 };
    this._rfb._sendEncodings();
    const isConfirmed = await new Promise<boolean>(resolve => {
      this._confirm = resolve;
      setTimeout(() => resolve(false), CONFIRMATION_MS);
    });
    if (!isConfirmed) {
      this.stop();
    }
    return isConfirmed;
  }

  /** Release all buttons, and send positions again. */
  stop(): void {
    if (this._state === 'absolute') {
      return;
    }
    if (this._state === 'relative') {
      this._motion = { x: 0, y: 0 };
      this._rfb._mouseButtonMask = 0;
      this._send(0);
    }
    this._state = 'absolute';
    this._confirm(false);
    if (this._rfb._rfbConnectionState === 'connected') {
      this._rfb._sendEncodings();
    }
  }

  /** Add a motion in the desktop's pixels; it is sent with noVNC's next pointer event. */
  move({ x, y }: IPosition): void {
    this._motion = { x: this._motion.x + x, y: this._motion.y + y };
  }

  private _onConfirmed(place: IPosition): void {
    if (this._state === 'absolute') {
      return;
    }
    if (this._state === 'waiting') {
      this._state = 'relative';
      this._confirm(true);
      this._send(this._rfb._mouseButtonMask);
    }
    this._located.emit(place);
  }

  private _send(mask: number): void {
    if (this._rfb._rfbConnectionState !== 'connected' || this._rfb.viewOnly) {
      return;
    }
    const [x, y] = [wholeMotion(this._motion.x), wholeMotion(this._motion.y)];
    this._motion = { x: this._motion.x - x, y: this._motion.y - y };
    const send =
      mask & EXTENDED_BUTTONS && this._rfb._extendedPointerEventSupported
        ? this._messages.extendedPointerEvent
        : this._messages.pointerEvent;
    send(this._rfb._sock, ORIGIN + x, ORIGIN + y, mask);
  }

  private readonly _rfb: RFB;
  private readonly _messages: IMessages;
  private readonly _located = new Signal<this, IPosition>(this);
  private _state: 'absolute' | 'waiting' | 'relative' = 'absolute';
  private _motion: IPosition = { x: 0, y: 0 };
  private _confirm: (isConfirmed: boolean) => void = () => undefined;
}

/** Return the whole pixels of a motion that one event can have. */
function wholeMotion(distance: number): number {
  return Math.max(-MAX_MOTION, Math.min(MAX_MOTION, Math.trunc(distance)));
}
