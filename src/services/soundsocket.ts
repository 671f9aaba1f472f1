import { Signal } from '@lumino/signaling';

import { CloseCodes } from './problems';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { IDesktopAPI } from '../tokens';

/** The pauses between attempts to connect; the last one repeats. */
const RETRY_PAUSES_MS = [500, 1000, 2000, 4000, 8000];

/** The time between two reports of what has arrived. */
const REPORT_INTERVAL_MS = 200;

/** The close codes after which another attempt is of no use before the picture is connected again. */
const FINAL_CODES: number[] = [CloseCodes.STOPPED, CloseCodes.GONE];

/** The close code of a socket that another one of the same connection has replaced. */
const REPLACED = 1000;

/** The bytes before the packet: its sequence number (u32) and its capture time (u64), big-endian. */
const HEADER_BYTES = 12;

/** How the server encodes sound. */
export interface ISoundFormat {
  codec: string;
  /** In Hz. */
  sampleRate: number;
  channels: number;
  /** In milliseconds. */
  frameDuration: number;
}

/** One encoded packet. */
export interface ISoundPacket {
  sequence: number;
  /** When it was recorded, in microseconds of the server's clock. */
  time: number;
  data: Uint8Array<ArrayBuffer>;
}

interface ISoundMessage extends Partial<ISoundFormat> {
  type?: string;
  message?: string;
}

/** Receives the sound of one desktop over a WebSocket, which it opens again if it closes; sends a microphone's. */
export class SoundSocket implements IDisposable {
  constructor(options: SoundSocket.IOptions) {
    this._options = options;
  }

  /** Emitted with the format, before the first packet of each socket. */
  get started(): ISignal<this, ISoundFormat> {
    return this._started;
  }

  get received(): ISignal<this, ISoundPacket> {
    return this._received;
  }

  /** Emitted if the server refuses for good, with the reason if it tells; it isn't tried again. */
  get refused(): ISignal<this, string> {
    return this._refused;
  }

  /** Emitted if the socket has closed; most often it opens again. */
  get closed(): ISignal<this, void> {
    return this._closed;
  }

  /** Whether the server sends and receives sound. */
  get isLive(): boolean {
    return this._isLive;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.close();
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** Open the socket for a connection of the picture, and again whenever it closes, until `close`. */
  open(connectionId: string | null): void {
    if (this._isDisposed || (this._isWanted && connectionId === this._connectionId)) {
      return;
    }
    this.close();
    this._connectionId = connectionId;
    this._isWanted = true;
    this._failures = 0;
    void this._connect();
  }

  close(): void {
    this._isWanted = false;
    this._attempt++;
    clearTimeout(this._retry);
    const socket = this._release();
    socket?.removeEventListener('close', this);
    socket?.removeEventListener('message', this);
    socket?.close(1000);
  }

  /** Announce that a microphone is on or off. */
  setMicrophone(on: boolean): void {
    this._send(JSON.stringify({ type: 'microphone', on }));
  }

  /** Send one encoded packet of the microphone. */
  sendPacket(packet: Uint8Array<ArrayBuffer>): void {
    this._send(packet);
  }

  handleEvent(event: Event): void {
    if (event.type === 'close') {
      this._onClose((event as CloseEvent).code);
      return;
    }
    const { data } = event as MessageEvent<string | ArrayBuffer>;
    if (typeof data === 'string') {
      this._onText(data);
    } else if (data.byteLength > HEADER_BYTES) {
      const view = new DataView(data);
      const sequence = view.getUint32(0);
      this._last = sequence;
      this._hasNews = true;
      this._received.emit({
        sequence,
        time: Number(view.getBigUint64(4)),
        data: new Uint8Array(data, HEADER_BYTES)
      });
    }
  }

  private async _connect(): Promise<void> {
    const attempt = ++this._attempt;
    const { api, name, invitation, openSocket } = this._options;
    const isCurrent = () => attempt === this._attempt && this._isWanted;
    let subprotocols = ['binary'];
    try {
      const ticket = await api.ticket(name, invitation);
      if (ticket !== null) {
        // A subprotocol, since URLs end up in logs.
        subprotocols = ['binary', `vnc-ticket.${ticket.ticket}`];
      }
    } catch {
      if (isCurrent()) {
        this._retryLater();
      }
      return;
    }
    if (!isCurrent()) {
      return;
    }
    const url = api.soundURL(name, this._connectionId);
    const socket = openSocket?.(url, subprotocols) ?? new WebSocket(url, subprotocols);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', this);
    socket.addEventListener('close', this);
    this._socket = socket;
    this._report = setInterval(() => this._sendReport(), REPORT_INTERVAL_MS);
  }

  private _onClose(code: number): void {
    this._release();
    this._closed.emit();
    if (code === CloseCodes.FORBIDDEN) {
      this.close();
      this._refused.emit('');
    } else if (code !== REPLACED && !FINAL_CODES.includes(code)) {
      this._retryLater();
    }
  }

  private _onText(text: string): void {
    const message = parse(text);
    if (message?.type === 'format') {
      const { codec = 'opus', sampleRate = 48000, channels = 2, frameDuration = 10 } = message;
      this._failures = 0;
      this._isLive = true;
      this._started.emit({ codec, sampleRate, channels, frameDuration });
    } else if (message?.type === 'refused') {
      this.close();
      this._refused.emit(message.message ?? '');
    }
  }

  private _sendReport(): void {
    if (this._hasNews) {
      this._hasNews = false;
      const buffer = Math.round(this._options.buffered());
      this._send(JSON.stringify({ type: 'received', sequence: this._last, buffer }));
    }
  }

  private _send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this._isLive && this._socket?.readyState === WebSocket.OPEN) {
      this._socket.send(data);
    }
  }

  private _retryLater(): void {
    const pause = RETRY_PAUSES_MS[Math.min(this._failures++, RETRY_PAUSES_MS.length - 1)];
    this._retry = setTimeout(() => void this._connect(), pause);
  }

  private _release(): WebSocket | null {
    clearInterval(this._report);
    const socket = this._socket;
    this._socket = null;
    this._isLive = false;
    this._hasNews = false;
    return socket;
  }

  private readonly _options: SoundSocket.IOptions;
  private readonly _started = new Signal<this, ISoundFormat>(this);
  private readonly _received = new Signal<this, ISoundPacket>(this);
  private readonly _refused = new Signal<this, string>(this);
  private readonly _closed = new Signal<this, void>(this);
  private _socket: WebSocket | null = null;
  private _report: ReturnType<typeof setInterval> | undefined;
  private _retry: ReturnType<typeof setTimeout> | undefined;
  private _connectionId: string | null = null;
  private _attempt = 0;
  private _failures = 0;
  private _last = 0;
  private _hasNews = false;
  private _isLive = false;
  private _isWanted = false;
  private _isDisposed = false;
}

export namespace SoundSocket {
  export interface IOptions {
    api: Pick<IDesktopAPI, 'ticket' | 'soundURL'>;
    name: string;
    /** The secret of an invitation. */
    invitation?: string;
    /** Returns how much sound waits to be played, in milliseconds. */
    buffered: () => number;
    /** Opens a WebSocket; tests replace it. */
    openSocket?: (url: string, subprotocols: string[]) => WebSocket;
  }
}

/** Return a message of the server's; null if it isn't one. */
function parse(text: string): ISoundMessage | null {
  try {
    return JSON.parse(text) as ISoundMessage | null;
  } catch {
    return null;
  }
}
