import { JitterBuffer } from '../../../../src/viewer/sound/jitterbuffer';

/** Lower than that of a sound card, to compute less. */
const RATE = 8000;
const QUANTUM = 24;
const PACKET_MS = 10;
const TONE_HZ = 110;

/** A server's clock and sound card, a network, and the browser's sound card. */
class Session {
  readonly buffer = new JitterBuffer(RATE, 2);
  /** What was played. */
  readonly played: number[] = [];
  /** The capture time of the next packet. */
  captured = 1000;
  /** The time of the browser's sound card, in milliseconds. */
  now = 0;

  /** Play until a time. */
  playUntil(time: number): void {
    while (this.now < time) {
      const planes = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
      this.buffer.pull(planes);
      this.played.push(...planes[0]);
      this.now += (QUANTUM / RATE) * 1000;
    }
  }

  /** Receive the next packet, a part of a tone. */
  receive(): void {
    const first = (this.captured / 1000) * RATE;
    const plane = Float32Array.from({ length: (PACKET_MS / 1000) * RATE }, (_, index) =>
      Math.sin((2 * Math.PI * TONE_HZ * (first + index)) / RATE)
    );
    this.buffer.push([plane, plane], this.captured);
    this.captured += PACKET_MS;
  }

  /** Stream for a while; `delay` is that of each packet on its way, `drift` how much faster the server's clock is. */
  stream(milliseconds: number, delay: (packet: number) => number = () => 0, drift = 0): void {
    const start = this.now;
    let last = 0;
    for (let packet = 1; packet <= milliseconds / PACKET_MS; packet++) {
      // TCP keeps the order.
      last = Math.max(last, start + (packet * PACKET_MS) / (1 + drift) + delay(packet));
      this.playUntil(last);
      this.receive();
    }
  }

  /** How often the sound was silent since a time. */
  gaps(since: number): number {
    let gaps = 0;
    let silent = 0;
    for (const sample of this.played.slice((since / 1000) * RATE)) {
      silent = Math.abs(sample) < 0.001 ? silent + 1 : 0;
      gaps += Number(silent === RATE / 500);
    }
    return gaps;
  }

  /** The greatest step between two samples; a click has a great one. */
  greatestStep(since = 0): number {
    const samples = this.played.slice((since / 1000) * RATE);
    return samples.slice(1).reduce((step, sample, index) => Math.max(step, Math.abs(sample - samples[index])), 0);
  }
}

/** The greatest step of the tone itself, and of its fades. */
const TONE_STEP = ((2 * Math.PI * TONE_HZ) / RATE) * 1.2;

let session: Session;

beforeEach(() => {
  session = new Session();
});

/** Delays of a network that stalls now and then. */
function stalls(milliseconds: number): (packet: number) => number {
  return packet => (packet % 17 === 0 ? milliseconds : 0);
}

it('plays a tone as it is, with a short delay', () => {
  session.stream(2000);
  expect(session.buffer.underruns).toBe(0);
  expect(session.gaps(100)).toBe(0);
  expect(session.buffer.levelMs).toBeGreaterThan(20);
  expect(session.buffer.levelMs).toBeLessThan(50);
  expect(session.greatestStep()).toBeLessThan(TONE_STEP);
  expect(Math.max(...session.played.slice(RATE))).toBeCloseTo(1, 1);
});

it.each([0.001, -0.001])('stays in step with a clock that differs by %f', drift => {
  session.stream(8000, stalls(8), drift);
  expect(session.buffer.underruns).toBe(0);
  expect(session.gaps(100)).toBe(0);
  expect(Math.abs(session.buffer.levelMs - session.buffer.targetMs)).toBeLessThan(20);
  expect(session.buffer.discardedMs).toBe(0);
});

it('waits longer if packets come too late, and no longer than necessary', () => {
  session.stream(3000, stalls(90));
  const { underruns, targetMs } = session.buffer;
  expect(underruns).toBeGreaterThan(0);
  expect(targetMs).toBeGreaterThan(60);
  expect(targetMs).toBeLessThanOrEqual(200);
  session.stream(5000, stalls(90));
  expect(session.buffer.underruns - underruns).toBeLessThan(2);
  session.stream(60_000);
  expect(session.buffer.targetMs).toBeLessThan(40);
  expect(session.buffer.levelMs - session.buffer.targetMs).toBeLessThan(20);
});

it('stays long enough for a stall that comes again and again', () => {
  const underruns: number[] = [];
  session.stream(60_000, packet => {
    underruns.push(session.buffer.underruns);
    return packet % 400 === 0 ? 90 : 0;
  });
  expect(underruns[1000]).toBe(2);
  expect(underruns.at(-1)).toBe(2);
});

it('soon forgets a bad time, while it plays and in silence', () => {
  session.stream(3000, stalls(150));
  const bad = session.buffer.targetMs;
  expect(bad).toBeGreaterThan(100);
  const sound = session.now;
  session.stream(45_000);
  expect(session.buffer.targetMs).toBeLessThan(45);
  expect(session.gaps(sound + 1000)).toBe(0);

  session.stream(3000, stalls(150));
  expect(session.buffer.targetMs).toBeGreaterThan(100);
  // Only a click now and then.
  for (let click = 0; click < 15; click++) {
    session.playUntil(session.now + 3000);
    session.captured += 3000;
    session.stream(20);
  }
  expect(session.buffer.targetMs).toBeLessThan(50);
});

it('never waits longer than 200 ms', () => {
  for (let stall = 0; stall < 10; stall++) {
    session.stream(500, packet => (packet === 25 ? 400 : 0));
  }
  expect(session.buffer.targetMs).toBe(200);
});

it('takes a pause of the server for silence, not for a late packet', () => {
  for (let sound = 0; sound < 5; sound++) {
    session.stream(300);
    session.playUntil(session.now + 500);
    session.captured += 500;
  }
  expect(session.buffer.underruns).toBe(0);
  expect(session.buffer.targetMs).toBeLessThanOrEqual(40);
  expect(session.gaps(100)).toBe(5);
  expect(session.greatestStep()).toBeLessThan(TONE_STEP * 2);
});

it('plays a sound that is shorter than its delay', () => {
  session.receive();
  session.playUntil(200);
  expect(session.played.some(sample => Math.abs(sample) > 0.5)).toBe(true);
  expect(session.buffer.isActive).toBe(false);
  expect(session.buffer.underruns).toBe(0);
});

it('throws away what has waited while the tab was suspended', () => {
  session.stream(1000);
  for (let packet = 0; packet < 100; packet++) {
    session.receive();
  }
  const before = session.now;
  session.playUntil(before + 5);
  expect(session.buffer.levelMs).toBeLessThan(session.buffer.targetMs + 5);
  expect(session.buffer.discardedMs).toBeGreaterThan(900);
  session.stream(1000);
  expect(session.gaps(before)).toBe(0);
  // What was thrown away is faded over.
  expect(session.greatestStep()).toBeLessThan(TONE_STEP * 2);
});

it('has room for a limited time, and plays on after more came', () => {
  for (let packet = 0; packet < 1000; packet++) {
    session.receive();
  }
  session.stream(1000);
  expect(session.buffer.discardedMs).toBeGreaterThan(9000);
  expect(session.gaps(200)).toBe(0);
});

it('begins anew after a reset', () => {
  session.stream(500);
  session.buffer.reset();
  expect(session.buffer.levelMs).toBe(0);
  expect(session.buffer.isActive).toBe(false);
  session.captured = 5; // another clock
  session.stream(500);
  expect(session.buffer.underruns).toBe(0);
  expect(session.gaps(600)).toBe(0);
});

it('fills packets that are lost', () => {
  session.stream(500);
  session.captured += 30;
  session.stream(500);
  expect(session.buffer.underruns).toBeLessThan(2);
  expect(Math.abs(session.buffer.levelMs - session.buffer.targetMs)).toBeLessThan(20);
});

it('plays one channel on both sides', () => {
  const planes = [new Float32Array(RATE / 100).fill(0.5)];
  for (let packet = 0; packet < 10; packet++) {
    session.buffer.push(planes, packet * PACKET_MS);
  }
  const output = [new Float32Array(200), new Float32Array(200)];
  session.buffer.pull(output);
  expect(output[0].at(-1)).toBeCloseTo(0.5);
  expect(output[1]).toEqual(output[0]);
});
