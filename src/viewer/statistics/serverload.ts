/** What limits the server: it fills it into the answers to our fences, if it is one of ours (stream/load.py). */
export interface IServerReport {
  readonly processors: number;
  /** The server's clock, and times of its threads since it began, in milliseconds modulo 2**32; null if unknown. */
  readonly times: { clock: number; mainRan: number; ran: number; waited: number } | null;
  /** Kilobits per second that the link takes; null if it has shown no limit. */
  readonly capacityKbps: number | null;
  /** Bytes that wait to be sent. */
  readonly unsentBytes: number;
}

/** What the server did between two reports; a share of 1 is one processor all the time. */
export interface IServerLoad {
  readonly processors: number;
  readonly mainShare: number;
  readonly ranShare: number;
  /** How much its threads waited for a processor that others used. */
  readonly waitedShare: number;
}

const MAGIC = 'JVPL';
const PAYLOAD_BYTES = 40;
const VERSION = 1;

/** Return the payload of a fence that asks a server for a report. */
export function question(number: number): Uint8Array {
  const payload = new Uint8Array(PAYLOAD_BYTES);
  payload.set([...MAGIC].map(char => char.charCodeAt(0)));
  new DataView(payload.buffer).setUint32(4, number);
  return payload;
}

/** Return the number of the question that a payload answers; null if it answers none. */
export function questionNumber(payload: Uint8Array): number | null {
  const isOurs = payload.length === PAYLOAD_BYTES && String.fromCharCode(...payload.subarray(0, 4)) === MAGIC;
  return isOurs ? view(payload).getUint32(4) : null;
}

/** Return the report in an answer; null if the server only returned the question. */
export function reportIn(payload: Uint8Array): IServerReport | null {
  const data = view(payload);
  if (data.getUint8(8) !== VERSION) {
    return null;
  }
  const [clock, mainRan, ran, waited, capacity, unsentBytes] = [12, 16, 20, 24, 28, 32].map(at => data.getUint32(at));
  return {
    processors: data.getUint16(10),
    times: data.getUint8(9) === 1 ? { clock, mainRan, ran, waited } : null,
    capacityKbps: capacity === 0 ? null : capacity,
    unsentBytes
  };
}

/** Return what the server did between two reports; null if it doesn't tell. */
export function loadBetween(before: IServerReport | null, after: IServerReport | null): IServerLoad | null {
  const [a, b] = [before?.times, after?.times];
  const elapsed = a && b ? difference(a.clock, b.clock) : 0;
  if (!a || !b || !after || elapsed === 0) {
    return null;
  }
  return {
    processors: after.processors,
    mainShare: difference(a.mainRan, b.mainRan) / elapsed,
    ranShare: difference(a.ran, b.ran) / elapsed,
    waitedShare: difference(a.waited, b.waited) / elapsed
  };
}

function view({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** The difference of two counters that wrap around. */
function difference(before: number, after: number): number {
  return (after - before) >>> 0;
}
