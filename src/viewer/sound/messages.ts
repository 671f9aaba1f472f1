/** The names of the processors that the worklet's module registers. */
export const PLAYER_PROCESSOR = 'jupyter-vnc-proxy-player';
export const RECORDER_PROCESSOR = 'jupyter-vnc-proxy-recorder';

/** What is sent to the player's processor: decoded samples with their capture time in milliseconds, or a reset. */
export type PlayerMessage =
  { type: 'samples'; planes: Float32Array<ArrayBuffer>[]; time: number } | { type: 'reset' } | { type: 'end' };

/** What the player's processor reports several times a second. */
export interface IPlayerReport {
  /** How much sound waits, in milliseconds. */
  levelMs: number;
  /** The delay that it aims at. */
  targetMs: number;
  /** How often sound came too late. */
  underruns: number;
  /** How much sound was thrown away to catch up. */
  discardedMs: number;
}
