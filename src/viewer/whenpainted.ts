/**
 * Call back when the canvas shows the desktop's first pixels.
 *
 * noVNC has no event for frames, but copies each to the visible canvas with `drawImage`. It also copies a transparent
 * frame when the size changes, so an opaque pixel tells the two apart. The pixel is read from a second canvas of one
 * pixel, because browsers move a canvas that is read off the GPU.
 */
export function whenPainted(canvas: HTMLCanvasElement, callback: () => void): void {
  const context = canvas.getContext('2d');
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (context === null || probe === null) {
    return;
  }
  const drawImage: unknown = context.drawImage;
  context.drawImage = (...args: unknown[]) => {
    Reflect.apply(drawImage as () => void, context, args);
    const [x, y, width, height] = args.slice(5) as number[];
    probe.clearRect(0, 0, 1, 1);
    probe.drawImage(canvas, x + (width >> 1), y + (height >> 1), 1, 1, 0, 0, 1, 1);
    if (probe.getImageData(0, 0, 1, 1).data[3] !== 0) {
      // Restore the prototype's method.
      delete (context as Partial<CanvasRenderingContext2D>).drawImage;
      callback();
    }
  };
}
