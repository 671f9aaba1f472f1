/**
 * Runs in every frame of a measured page before its own scripts, and reads the stamp from the picture after each flip.
 *
 * The picture is the largest visible canvas or video. A canvas is read after each `drawImage`, `putImageData` or
 * `transferFromImageBitmap`; if there are none, because a worker draws, before each repaint. A video has a callback for
 * each frame. While a video covers the canvas, it is read instead.
 */
(() => {
  const ROWS = 4;
  const probe = {
    picture: null,
    cover: null,
    place: null,
    samples: [],
    presses: [],
    first: null,
    flips: 0,
    unreadable: 0,
    last: -1,
    clicks: null,
    presented: 0
  };
  const small = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  let flipped = 0;

  const isOpaque = (source, width, height) => {
    small.canvas.width = small.canvas.height = 1;
    small.drawImage(source, width >> 1, height >> 1, 1, 1, 0, 0, 1, 1);
    return small.getImageData(0, 0, 1, 1).data[3] !== 0;
  };

  /** Return one byte of each pixel of lines with `step` bytes a pixel and `stride` bytes a line. */
  const bytesOf = (data, width, step, offset, stride = width * step) => {
    const found = new Uint8Array(width * ROWS);
    for (let line = 0; line < ROWS; line++) {
      for (let column = 0; column < width; column++) {
        found[line * width + column] = data[line * stride + column * step + offset];
      }
    }
    return found;
  };

  /** Return the middle of the row of blocks, as the lines of a picture with one byte a pixel. */
  const row = picture => {
    const { x, y, width, height } = rowArea();
    if (probe.context2d === picture) {
      return bytesOf(probe.context.getImageData(x, y, width, height).data, width, 4, 1);
    }
    if (small.canvas.width !== width || small.canvas.height !== height) {
      small.canvas.width = width;
      small.canvas.height = height;
    }
    small.drawImage(picture, x, y, width, height, 0, 0, width, height);
    return bytesOf(small.getImageData(0, 0, width, height).data, width, 4, 1);
  };

  const rowArea = () => {
    const { x, y, block, bits } = probe.place;
    const width = block * (bits.frame + bits.time + bits.clicks + bits.check);
    return { x, y: y + block / 2 - ROWS / 2, width, height: ROWS };
  };

  /**
   * The same of the frame that a video shows. Drawing a video on a canvas converts the whole frame first, which takes
   * longer than presenting it; this copies the lines alone, of the luma or of whole pixels.
   */
  const videoRow = async video => {
    const frame = new VideoFrame(video);
    try {
      if (frame.format === null) {
        return row(video); // the processor can't read it
      }
      const area = rowArea();
      const left = frame.visibleRect.x + area.x;
      const top = frame.visibleRect.y + area.y;
      const rect = { x: left, y: top, width: area.width, height: area.height };
      const data = new Uint8Array(frame.allocationSize({ rect }));
      const [{ offset, stride }] = await frame.copyTo(data, { rect });
      const [step, first] = /^(RGB|BGR)/.test(frame.format) ? [4, 1] : [1, 0];
      return bytesOf(data, area.width, step, offset + first, stride);
    } finally {
      frame.close();
    }
  };

  const number = (data, from, count) => {
    const { block } = probe.place;
    const width = data.length / ROWS;
    let value = 0;
    for (let bit = from; bit < from + count; bit++) {
      let light = 0;
      for (let line = 0; line < ROWS; line++) {
        for (let column = -2; column < 2; column++) {
          light += data[line * width + bit * block + block / 2 + column];
        }
      }
      value = value * 2 + (light > 127 * 4 * ROWS ? 1 : 0);
    }
    return value;
  };

  const look = (picture = probe.picture) => {
    const now = performance.now();
    const { place } = probe;
    probe.flips++;
    if (picture === null || (picture.videoWidth ?? picture.width) === 0) {
      return;
    }
    if (
      probe.first === null &&
      isOpaque(picture, picture.videoWidth ?? picture.width, picture.videoHeight ?? picture.height)
    ) {
      probe.first = now;
    }
    if (place === null) {
      return;
    }
    if (!(picture instanceof HTMLVideoElement)) {
      note(now, row(picture));
      return;
    }
    videoRow(picture).then(
      data => note(now, data),
      () => void probe.unreadable++ // it shows no frame yet
    );
  };

  /** Read the numbers of the stamp. The time was taken before, after the flip and before the picture is presented. */
  const note = (now, data) => {
    if (probe.place === null) {
      return;
    }
    const { bits, modulus } = probe.place;
    const { frame, time, clicks, check } = bits;
    const numbers = [number(data, 0, frame), number(data, frame, time), number(data, frame + time, clicks)];
    const value = (numbers[0] * 2 ** time + numbers[1]) * 2 ** clicks + numbers[2];
    if (number(data, frame + time + clicks, check) !== value % modulus) {
      probe.unreadable++;
    } else if (numbers[0] !== probe.last) {
      probe.last = numbers[0];
      probe.clicks = numbers[2];
      probe.samples.push([now, ...numbers]);
    }
  };

  for (const [type, name] of [
    [CanvasRenderingContext2D, 'drawImage'],
    [CanvasRenderingContext2D, 'putImageData'],
    [ImageBitmapRenderingContext, 'transferFromImageBitmap']
  ]) {
    const original = type.prototype[name];
    type.prototype[name] = function (...args) {
      const result = Reflect.apply(original, this, args);
      if (this.canvas === probe.picture && this !== small) {
        const isCovered = probe.cover !== null && isVisible(probe.cover);
        if (type === CanvasRenderingContext2D) {
          probe.context = this;
          probe.context2d = this.canvas;
        }
        flipped = performance.now();
        if (!isCovered) {
          look();
        }
      }
      return result;
    };
  }

  const isVisible = element => getComputedStyle(element).visibility === 'visible';

  const watchVideo = video => {
    const next = (_, { presentedFrames }) => {
      if (probe.picture === video) {
        // Frames can be presented without a callback.
        probe.presented = presentedFrames;
        flipped = performance.now();
        look();
        video.requestVideoFrameCallback(next);
      } else if (probe.cover === video) {
        probe.presented = presentedFrames;
        if (isVisible(video)) {
          flipped = performance.now();
          look(video);
        }
        video.requestVideoFrameCallback(next);
      }
    };
    video.requestVideoFrameCallback(next);
  };

  const area = element => {
    const { width, height } = element.getBoundingClientRect();
    const size = (element.videoWidth ?? element.width) * (element.videoHeight ?? element.height);
    return element.isConnected && size > 0 && width * height > 40000 ? width * height : 0;
  };

  const find = () => {
    let best = null;
    for (const element of document.querySelectorAll('canvas, video')) {
      if (area(element) > (best === null ? 0 : area(best))) {
        best = element;
      }
    }
    if (best !== probe.picture) {
      probe.picture = best;
      probe.context2d = null;
      if (best instanceof HTMLVideoElement) {
        watchVideo(best);
      }
    }
  };

  /** Find a video in the picture's place, over it. */
  const findCover = () => {
    const isCanvas = probe.picture instanceof HTMLCanvasElement;
    const cover = isCanvas ? (probe.picture.parentElement?.querySelector('video') ?? null) : null;
    if (cover !== probe.cover) {
      probe.cover = cover;
      if (cover !== null) {
        watchVideo(cover);
      }
    }
  };

  let sought = 0;
  const eachFrame = now => {
    if (now - sought > (probe.picture === null ? 0 : 500)) {
      sought = now;
      find();
      findCover();
    }
    if (probe.picture !== null && performance.now() - flipped > 1000 && !(probe.picture instanceof HTMLVideoElement)) {
      look();
    }
    requestAnimationFrame(eachFrame);
  };
  requestAnimationFrame(eachFrame);

  addEventListener('mousedown', event => probe.presses.push(event.timeStamp), { capture: true });

  /** Return the SHA-256 of the picture's pixels, as hexadecimal digits. */
  probe.digest = async () => {
    const { width, height } = probe.picture;
    const { data } = probe.context.getImageData(0, 0, width, height);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
  };

  window.__bench = probe;
})();
