import type { IServerLoad } from './serverload';

/** What is known about some seconds of a connection. */
export interface IFacts {
  /** The shortest round trip of the last minute, and that of the last seconds, in milliseconds; null if unknown. */
  readonly baseLatencyMs: number | null;
  readonly latencyMs: number | null;
  readonly kbps: number;
  /** The share of the time that the browser decoded and painted, or was busy with other things. */
  readonly browserShare: number;
  /** Null if the server doesn't tell. */
  readonly load: IServerLoad | null;
  readonly capacityKbps: number | null;
  /** Bytes that the server could not send yet; 0 if it doesn't tell. */
  readonly unsentBytes: number;
}

/** What makes a desktop slow. */
export type Limit =
  | { by: 'nothing' }
  /** `share`: of the time that it was busy. */
  | { by: 'browser'; share: number }
  /** The VNC server waits for a processor, which others use; `share` of the time. */
  | { by: 'machine'; share: number }
  /** The VNC server uses all the processor time that it can have. */
  | { by: 'server' }
  /** Each answer takes long. */
  | { by: 'delay'; latencyMs: number }
  /** The link is full. */
  | { by: 'capacity'; kbps: number };

const BUSY_BROWSER_SHARE = 0.75;

/** The VNC server waits at least this long, and half as long as it runs. */
const WAITING_SHARE = 0.25;
const BUSY_SERVER_SHARE = 0.85;

/** A round trip that people notice when they type. */
const SLOW_MS = 150;

/** How much longer than the shortest round trip one takes if data queues. */
const QUEUE_MS = 100;
const FULL_SHARE = 0.7;

/** More waits only if the link takes no more. */
const UNSENT_BYTES = 64 * 1024;

/** Less can't fill a link. */
const MIN_KBPS = 100;

/** Decide what limits a desktop. A busy browser comes first, because it also reads the answers to pings late. */
export function limitOf(facts: IFacts): Limit {
  const { baseLatencyMs, latencyMs, kbps, browserShare, load, capacityKbps, unsentBytes } = facts;
  if (browserShare >= BUSY_BROWSER_SHARE) {
    return { by: 'browser', share: Math.min(1, browserShare) };
  }
  if (load !== null) {
    if (load.waitedShare >= WAITING_SHARE && load.waitedShare >= load.ranShare / 2) {
      return { by: 'machine', share: Math.min(1, load.waitedShare) };
    }
    if (load.mainShare >= BUSY_SERVER_SHARE || load.ranShare >= BUSY_SERVER_SHARE * load.processors) {
      return { by: 'server' };
    }
  }
  const isFull = (capacityKbps !== null && kbps >= capacityKbps * FULL_SHARE) || unsentBytes >= UNSENT_BYTES;
  const queues = latencyMs !== null && baseLatencyMs !== null && latencyMs - baseLatencyMs >= QUEUE_MS;
  if (kbps >= MIN_KBPS && (isFull || queues)) {
    return { by: 'capacity', kbps };
  }
  if (baseLatencyMs !== null && baseLatencyMs >= SLOW_MS) {
    return { by: 'delay', latencyMs: baseLatencyMs };
  }
  return { by: 'nothing' };
}
