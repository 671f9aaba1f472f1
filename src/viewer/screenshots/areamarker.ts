import { element } from '../sharing/element';

import type { IDesktopArea } from '../../tokens';
import type { ITranslation } from '../translation';

/** How far an arrow key moves or resizes the area, in the desktop's pixels; a small step is one pixel. */
const STEP = 10;

/** The smallest area that a drag marks, each way; less is a click. */
const MIN_SIDE = 4;

type IPlace = Pick<IDesktopArea, 'x' | 'y'>;

/** What an arrow key does to the place or the size of the area. */
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
};

/** Lets the user mark an area over the picture, with the pointer or with keys; Escape cancels. */
export class AreaMarker {
  constructor(options: AreaMarker.IOptions) {
    this._options = options;
    const { trans } = options;
    const hint = element('p', 'jp-Desktop-markerHint');
    hint.textContent = trans.__('Drag over the area. Enter takes the screenshot, Escape cancels.');
    const keys = trans.__('Arrow keys move the area, with Shift they resize it, with Alt by single pixels.');
    hint.append(element('small', '', keys));
    this._size.setAttribute('role', 'status');
    this._area.hidden = true;
    this._area.append(this._size);
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'application');
    this.node.setAttribute('aria-label', trans.__('Mark an area of the desktop'));
    this.node.setAttribute('aria-description', `${hint.firstChild!.textContent} ${keys}`);
    this.node.append(this._area, hint);
    for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'keydown', 'contextmenu']) {
      this.node.addEventListener(type, this);
    }
    this._resized = new ResizeObserver(() => this._show());
    this._resized.observe(this.node);
  }

  readonly node = element('div', 'jp-Desktop-marker');

  /** Show the marker, and return the area in the desktop's pixels, or null if the user cancels. */
  mark(): Promise<IDesktopArea | null> {
    this._options.parent.append(this.node);
    this.node.focus();
    return new Promise(resolve => {
      this._done = resolve;
    });
  }

  /** Remove the marker; nothing is marked. */
  cancel(): void {
    this._finish(null);
  }

  handleEvent(event: Event): void {
    event.stopPropagation();
    if (event instanceof KeyboardEvent) {
      this._onKey(event);
      return;
    }
    event.preventDefault();
    if (event.type.startsWith('pointer')) {
      this._onPointer(event as PointerEvent);
    }
  }

  private _onPointer(event: PointerEvent): void {
    const place = this._placeOf(event);
    if (event.type === 'pointerdown' && event.button === 0) {
      this.node.setPointerCapture(event.pointerId);
      this.node.focus();
      this._start = place;
    } else if (event.type === 'pointercancel') {
      this._start = null;
    } else if (this._start !== null) {
      this._set(between(this._start, place));
      if (event.type === 'pointerup') {
        this._start = null;
        const marked = this._marked!;
        if (marked.width >= MIN_SIDE && marked.height >= MIN_SIDE) {
          this._finish(marked);
        }
      }
    }
  }

  private _onKey(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (event.key === 'Escape') {
      this._finish(null);
    } else if (event.key === 'Enter') {
      this._finish(this._marked ?? this._middle());
    } else if (arrow !== undefined) {
      const step = event.altKey ? 1 : STEP;
      const [x, y] = arrow.map(direction => direction * step);
      this._set(this._marked === null ? this._middle() : this._changed(this._marked, x, y, event.shiftKey));
    } else {
      return; // Tab leaves the marker
    }
    event.preventDefault();
  }

  private _changed({ x, y, width, height }: IDesktopArea, right: number, down: number, resizes: boolean): IDesktopArea {
    const { width: wide, height: high } = this._options.canvas();
    if (resizes) {
      return { x, y, width: within(width + right, 1, wide - x), height: within(height + down, 1, high - y) };
    }
    return { x: within(x + right, 0, wide - width), y: within(y + down, 0, high - height), width, height };
  }

  /** The area that keys begin with. */
  private _middle(): IDesktopArea {
    const { width, height } = this._options.canvas();
    const [wide, high] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    return { x: Math.floor(width / 4), y: Math.floor(height / 4), width: wide, height: high };
  }

  /** The canvas's pixel at the pointer, or the nearest one; the right and lower edges are one pixel beyond. */
  private _placeOf({ clientX, clientY }: PointerEvent): IPlace {
    const canvas = this._options.canvas();
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return {
      x: within(Math.round(((clientX - left) / width) * canvas.width), 0, canvas.width),
      y: within(Math.round(((clientY - top) / height) * canvas.height), 0, canvas.height)
    };
  }

  private _set(marked: IDesktopArea): void {
    this._marked = marked;
    this._show();
  }

  private _show(): void {
    this._area.hidden = this._marked === null;
    if (this._marked === null) {
      return;
    }
    const { x, y, width, height } = this._marked;
    const canvas = this._options.canvas();
    const shown = canvas.getBoundingClientRect();
    const own = this.node.getBoundingClientRect();
    const scale = shown.width / canvas.width;
    Object.assign(this._area.style, {
      left: `${shown.left - own.left + x * scale}px`,
      top: `${shown.top - own.top + y * scale}px`,
      width: `${width * scale}px`,
      height: `${height * scale}px`
    });
    this._size.textContent = this._options.trans.__('%1 × %2', width, height);
  }

  private _finish(area: IDesktopArea | null): void {
    this._resized.disconnect();
    this.node.remove();
    const { x, y } = this._options.origin();
    this._done(area && { ...area, x: area.x + x, y: area.y + y });
  }

  private readonly _options: AreaMarker.IOptions;
  private readonly _area = element('div', 'jp-Desktop-markedArea');
  private readonly _size = element('span', 'jp-Desktop-markedSize');
  private readonly _resized: ResizeObserver;
  private _start: IPlace | null = null;
  /** The area in the canvas's pixels. */
  private _marked: IDesktopArea | null = null;
  private _done: (area: IDesktopArea | null) => void = () => undefined;
}

export namespace AreaMarker {
  export interface IOptions {
    /** The element that the marker covers. */
    parent: HTMLElement;
    trans: ITranslation;
    /** The canvas that has the picture, which another one may replace. */
    canvas: () => HTMLCanvasElement;
    /** The place on the desktop's screen of the canvas's first pixel. */
    origin: () => IPlace;
  }
}

function between(one: IPlace, other: IPlace): IDesktopArea {
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y)
  };
}

function within(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(value, highest));
}
