import type RFB from '@novnc/novnc';
import type { IPosition } from './relativepointer';

/** The width and height in CSS pixels above which browsers don't show a page's cursor everywhere. */
const MAX_CSS_CURSOR = 32;

interface IShape {
  url: string;
  width: number;
  height: number;
  x: number;
  y: number;
}

/**
 * The desktop's pointer, drawn instead of noVNC's.
 *
 * It is the browser's cursor, except if that can't show it: browsers limit its size, a finger has none, and a locked
 * pointer is where the server says. Then it is an image over the canvas. It has the size that the screen's pixels have,
 * so that it is not twice as large on a screen with two of them in a CSS pixel.
 */
export class RemoteCursor {
  constructor(rfb: RFB, canvas: HTMLCanvasElement, ratio: () => number) {
    this._canvas = canvas;
    this._ratio = ratio;
    this.node = document.createElement('img');
    this.node.className = 'jp-Desktop-cursor';
    this.node.alt = '';
    this.node.hidden = true;
    const cursor = rfb._cursor;
    cursor.change = (pixels, x, y, width, height) => this._change(pixels, x, y, width, height);
    cursor.clear = () => this._change(new Uint8Array(), 0, 0, 0, 0);
    cursor.move = (clientX, clientY) => {
      this._isTouch = true;
      this.moveTo({ x: clientX, y: clientY });
    };
    canvas.style.cursor = 'none';
    canvas.addEventListener('mousemove', event => this._onMouse(event));
    canvas.addEventListener('mouseleave', () => this._onLeave());
  }

  /** The image, which belongs over the canvas. */
  readonly node: HTMLImageElement;

  /** Whether the pointer is locked, so that only `moveTo` moves it. */
  set isLocked(value: boolean) {
    this._isLocked = value;
    this._isOver = value;
    this._update();
  }

  /** Move it to a place in the browser's window. */
  moveTo(place: IPosition): void {
    this._place = place;
    this._isOver = true;
    this._update();
  }

  /** Draw it again, since the screen has changed. */
  update(): void {
    this._update();
  }

  private _onMouse({ clientX, clientY }: MouseEvent): void {
    if (!this._isLocked) {
      this._isTouch = false;
      this.moveTo({ x: clientX, y: clientY });
    }
  }

  private _onLeave(): void {
    if (!this._isLocked && !this._isTouch) {
      this._isOver = false;
      this._update();
    }
  }

  private _change(pixels: Uint8Array | number[], x: number, y: number, width: number, height: number): void {
    const url = width > 0 && height > 0 ? imageURL(pixels, width, height) : null;
    this._shape = url === null ? null : { url, width, height, x, y };
    this._update();
  }

  private _update(): void {
    const { _shape: shape, _canvas: canvas, node } = this;
    const scale = 1 / this._ratio();
    const isImage = shape !== null && (this._isLocked || this._isTouch || !isSmall(shape, scale));
    const cursor = shape === null || isImage ? 'none' : cssCursor(shape, scale);
    if (canvas.style.cursor !== cursor) {
      canvas.style.cursor = cursor;
    }
    node.hidden = !isImage || !this._isOver;
    if (shape === null || node.hidden) {
      return;
    }
    if (node.getAttribute('src') !== shape.url) {
      node.src = shape.url;
    }
    const origin = node.offsetParent?.getBoundingClientRect() ?? canvas.getBoundingClientRect();
    node.style.width = `${shape.width * scale}px`;
    node.style.height = `${shape.height * scale}px`;
    node.style.left = `${this._place.x - origin.left - shape.x * scale}px`;
    node.style.top = `${this._place.y - origin.top - shape.y * scale}px`;
  }

  private readonly _canvas: HTMLCanvasElement;
  private readonly _ratio: () => number;
  private _shape: IShape | null = null;
  private _place: IPosition = { x: 0, y: 0 };
  private _isLocked = false;
  private _isTouch = false;
  private _isOver = false;
}

function isSmall({ width, height }: IShape, scale: number): boolean {
  return Math.max(width, height) * scale <= MAX_CSS_CURSOR;
}

function cssCursor({ url, x, y }: IShape, scale: number): string {
  const image = scale === 1 ? `url("${url}")` : `image-set(url("${url}") ${1 / scale}x)`;
  return `${image} ${Math.round(x * scale)} ${Math.round(y * scale)}, default`;
}

/** Return an image of RGBA pixels. */
function imageURL(pixels: Uint8Array | number[], width: number, height: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  return canvas.toDataURL();
}
