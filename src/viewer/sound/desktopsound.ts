import { Signal } from '@lumino/signaling';

import { SoundSocket } from '../../services/soundsocket';
import { soundAssets } from './assets';
import { Microphone } from './microphone';
import { SoundPlayer } from './player';
import { SoundTurn } from './turn';

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { IDesktopAPI, IDesktopConnection } from '../../tokens';
import type { ITranslation } from '../translation';

/** `elsewhere`: another panel or page plays; `connecting`: it plays as soon as the server sends. */
export type SoundState = 'hidden' | 'unavailable' | 'muted' | 'elsewhere' | 'connecting' | 'playing';

/** Whether the user has unmuted the desktop here. */
export function isUnmuted(state: SoundState): boolean {
  return state === 'connecting' || state === 'playing';
}

export type MicrophoneState = 'hidden' | 'unavailable' | 'off' | 'asking' | 'on';

/** The sound of one desktop in one panel: muted until the user unmutes it, and again if another panel is unmuted. */
export class DesktopSound implements IDisposable {
  constructor(options: DesktopSound.IOptions) {
    const { api, connection, invitation } = options;
    this._options = options;
    this._volume = options.volume;
    const { name } = connection;
    const [address] = api.soundURL(name, null).split('?');
    this._turn = new SoundTurn({ key: address });
    this._turn.changed.connect(() => this._update());
    this._socket = new SoundSocket({
      api,
      name,
      invitation,
      buffered: () => this._player?.report.levelMs ?? 0,
      openSocket: options.openSocket
    });
    this._socket.started.connect((_, format) => {
      this._player?.begin(format).catch((error: unknown) => this._fail(error));
      this._update();
    });
    this._socket.received.connect((_, packet) => this._player?.play(packet));
    this._socket.closed.connect(() => this._update());
    this._socket.refused.connect((_, reason) => {
      this.mute();
      this._setError(reason || options.trans.__('The server no longer lets you hear this desktop.'));
    });
    connection.statusChanged.connect(this._update, this);
    this._update();
  }

  /** Emitted if the state, the error or the volume has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get state(): SoundState {
    const { rights, model } = this._options.connection.status;
    if (model?.sound === undefined || !rights.includes('hear')) {
      return 'hidden';
    }
    if (!model.sound || !canPlay()) {
      return 'unavailable';
    }
    if (this._player !== null) {
      return this._socket.isLive ? 'playing' : 'connecting';
    }
    return this._turn.isElsewhere ? 'elsewhere' : 'muted';
  }

  get microphone(): MicrophoneState {
    if (!this._options.connection.status.rights.includes('speak')) {
      return 'hidden';
    }
    if (!Microphone.isSupported || this.state !== 'playing') {
      return 'unavailable';
    }
    return this._microphone;
  }

  /** Why the last attempt to play or to record has failed; empty if it has not. */
  get error(): string {
    return this._error;
  }

  /** From 0 to 100. */
  get volume(): number {
    return this._volume;
  }
  set volume(value: number) {
    this._volume = value;
    if (this._player !== null) {
      this._player.volume = gainOf(value);
    }
    this._changed.emit();
  }

  /** Store the volume. */
  remember(): void {
    this._options.remember(this._volume);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.mute();
    this._isDisposed = true;
    this._options.connection.statusChanged.disconnect(this._update, this);
    this._socket.dispose();
    this._turn.dispose();
    Signal.clearData(this);
  }

  /** Mute or unmute, in the event of a click or a key. */
  toggle(): void {
    if (this._player !== null) {
      this.mute();
    } else if (this.state === 'muted' || this.state === 'elsewhere') {
      void this._unmute();
    }
  }

  mute(): void {
    this._stopMicrophone();
    this._socket.close();
    this._turn.giveUp();
    this._player?.dispose();
    this._player = null;
    this._isReady = false;
    this._changed.emit();
  }

  /** Turn the microphone on, which the browser may ask about, or off. */
  async toggleMicrophone(): Promise<void> {
    if (this._recorder !== null) {
      return this._stopMicrophone();
    }
    if (this._player === null || this.microphone !== 'off') {
      return;
    }
    const recorder = new Microphone({
      context: this._player.context,
      send: packet => this._socket.sendPacket(packet),
      ended: () => this._stopMicrophone()
    });
    this._recorder = recorder;
    this._microphone = 'asking';
    this._setError('');
    try {
      await recorder.start();
      if (this._recorder === recorder) {
        this._socket.setMicrophone(true);
        this._microphone = 'on';
        this._changed.emit();
      }
    } catch (error) {
      if (this._recorder === recorder) {
        this._stopMicrophone();
        this._setError(this._options.trans.__('The microphone cannot be used: %1', reasonOf(error)));
      }
    }
  }

  /** The level of what is played, from 0 to 1. */
  measure(): number {
    return this._player?.measure() ?? 0;
  }

  private async _unmute(): Promise<void> {
    const { api, connection, assets = soundAssets(api.pageURL(connection.name)) } = this._options;
    this._turn.take();
    const player = new SoundPlayer({ volume: gainOf(this._volume), ...assets });
    this._player = player;
    this._setError('');
    try {
      await player.prepare();
    } catch (error) {
      if (this._player === player) {
        this._fail(error);
      }
      return;
    }
    if (this._player === player) {
      this._isReady = true;
      this._update();
    }
  }

  /** Follow the connection, the socket, and the other panels. */
  private _update(): void {
    const { connected, connectionId, rights } = this._options.connection.status;
    if (this._player !== null && (!rights.includes('hear') || !this._turn.isOurs)) {
      return this.mute();
    }
    if (this._isReady && connected) {
      this._socket.open(connectionId);
    } else {
      this._socket.close();
    }
    if (!this._socket.isLive || !rights.includes('speak')) {
      this._stopMicrophone();
    }
    this._changed.emit();
  }

  private _fail(error: unknown): void {
    this.mute();
    this._setError(this._options.trans.__('The sound cannot be played: %1', reasonOf(error)));
  }

  /** Turn it off; only another click turns it on again. */
  private _stopMicrophone(): void {
    if (this._recorder !== null) {
      this._recorder.dispose();
      this._recorder = null;
      this._microphone = 'off';
      this._socket.setMicrophone(false);
      this._changed.emit();
    }
  }

  private _setError(message: string): void {
    this._error = message;
    if (message !== '') {
      this._options.notify(message);
    }
    this._changed.emit();
  }

  private readonly _options: DesktopSound.IOptions;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _turn: SoundTurn;
  private readonly _socket: SoundSocket;
  private _player: SoundPlayer | null = null;
  private _recorder: Microphone | null = null;
  private _microphone: 'off' | 'asking' | 'on' = 'off';
  private _isReady = false;
  private _volume: number;
  private _error = '';
  private _isDisposed = false;
}

export namespace DesktopSound {
  export interface IOptions {
    connection: IDesktopConnection;
    api: Pick<IDesktopAPI, 'ticket' | 'soundURL' | 'pageURL'>;
    /** The secret of an invitation. */
    invitation?: string;
    trans: ITranslation;
    /** From 0 to 100. */
    volume: number;
    /** Stores the volume. */
    remember: (volume: number) => void;
    /** Shows a message over the desktop. */
    notify: (message: string) => void;
    /** Loads the player's parts; tests replace it. */
    assets?: ReturnType<typeof soundAssets>;
    /** Opens a WebSocket; tests replace it. */
    openSocket?: (url: string, subprotocols: string[]) => WebSocket;
  }
}

/** Whether the browser plays sound on this page: it does so only on secure ones. */
export function canPlay(): boolean {
  return typeof AudioWorkletNode !== 'undefined';
}

/** The gain of a volume: what sounds half as loud is less than half the amplitude. */
function gainOf(volume: number): number {
  return (volume / 100) ** 2;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
