/**
 * Runs in every frame of a measured page before its own scripts, and records what the page plays: everything that it
 * connects to the loudspeakers goes through a worklet, too, as whole numbers of 16 bits.
 *
 * It also counts the sound's bytes, and notes the bitrates. Nothing else is recorded before `ear.isOpen` is set.
 */
(() => {
  const CHUNK = 4800;
  const MODULE = `registerProcessor('bench-ear', class extends AudioWorkletProcessor {
    samples = new Int16Array(${CHUNK});
    filled = 0;
    process([input]) {
      for (let index = 0; index < 128; index++) {
        this.samples[this.filled++] = Math.max(-1, Math.min(1, input[0]?.[index] ?? 0)) * 32767;
      }
      if (this.filled + 128 > ${CHUNK}) {
        const samples = this.samples.slice(0, this.filled);
        this.port.postMessage({ end: currentFrame + 128, samples }, [samples.buffer]);
        this.filled = 0;
      }
      return true;
    }
  });`;
  const ear = { isOpen: false, context: null, chunks: [], clock: [], bytes: 0, packets: 0, bitrates: [] };

  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      tap(this).catch(error => console.error(`bench: ${error}`));
    }
    return Reflect.apply(connect, this, [target, ...rest]);
  };

  const tap = async node => {
    const { context } = node;
    const url = URL.createObjectURL(new Blob([MODULE], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    const worklet = new AudioWorkletNode(context, 'bench-ear', { channelCount: 1, channelCountMode: 'explicit' });
    Reflect.apply(connect, node, [worklet]);
    Reflect.apply(connect, worklet, [context.destination]); // it is silent, but would not run
    worklet.port.onmessage = ({ data: { end, samples } }) => {
      if (!ear.isOpen) {
        return;
      }
      if (ear.context !== context) {
        Object.assign(ear, { context, chunks: [], clock: [] });
      }
      ear.chunks.push({ first: end - samples.length, samples });
      const { contextTime, performanceTime } = context.getOutputTimestamp();
      ear.clock.push([contextTime, performanceTime]);
    };
  };

  // Not a class of our own, since noVNC looks for the methods on the socket's own prototype.
  window.WebSocket = new Proxy(WebSocket, {
    construct(type, [url, ...rest]) {
      const socket = Reflect.construct(type, [url, ...rest]);
      const isSound = /\/sound(\?|$)/.test(url);
      const isSelkies = /\/selkies\//.test(url);
      socket.addEventListener('message', ({ data }) => {
        if (isSound && typeof data === 'string') {
          const { type, bitrate } = JSON.parse(data);
          if (type === 'bitrate') {
            ear.bitrates.push(bitrate);
          }
        } else if (
          ear.isOpen &&
          (isSound || (isSelkies && data instanceof ArrayBuffer && new Uint8Array(data, 0, 1)[0] === 1))
        ) {
          ear.bytes += data.byteLength;
          ear.packets++;
        }
      });
      return socket;
    }
  });

  const base64 = bytes => {
    let text = '';
    for (let start = 0; start < bytes.length; start += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
    }
    return btoa(text);
  };

  /** Return what was recorded since the last call, and open the ear. */
  ear.drain = () => {
    const { context, chunks, clock, bytes, packets, bitrates } = ear;
    Object.assign(ear, { isOpen: true, chunks: [], clock: [], bytes: 0, packets: 0, bitrates: bitrates.slice(-1) });
    const pcm = new Int16Array(chunks.reduce((sum, { samples }) => sum + samples.length, 0));
    let at = 0;
    for (const { samples } of chunks) {
      pcm.set(samples, at);
      at += samples.length;
    }
    return {
      origin: performance.timeOrigin,
      rate: context?.sampleRate ?? 0,
      first: chunks[0]?.first ?? 0,
      pcm: base64(new Uint8Array(pcm.buffer)),
      clock,
      bytes,
      packets,
      bitrates,
      latency_ms: { base: 1000 * (context?.baseLatency ?? 0), output: 1000 * (context?.outputLatency ?? 0) }
    };
  };

  window.__benchEar = ear;
})();
