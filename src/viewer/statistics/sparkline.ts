import { element } from '../sharing/element';
import { HISTORY_SAMPLES } from './statistics';

/** The size in CSS pixels. */
const WIDTH = 96;
const HEIGHT = 18;

/** A small line of the last minute; a screen reader gets it in words. */
export class Sparkline {
  constructor() {
    this.node = element('canvas', 'jp-Desktop-sparkline');
    this.node.setAttribute('role', 'img');
  }

  readonly node: HTMLCanvasElement;

  /** Draw values, the newest one at the right; null leaves a gap. `least`: the value that the whole height has at least. */
  draw(values: readonly (number | null)[], least: number, label: string): void {
    this.node.setAttribute('aria-label', label);
    this.node.title = label;
    const ratio = window.devicePixelRatio;
    this.node.width = WIDTH * ratio;
    this.node.height = HEIGHT * ratio;
    const context = this.node.getContext('2d');
    if (context === null) {
      return;
    }
    const top = Math.max(least, ...values.map(each => each ?? 0));
    context.scale(ratio, ratio);
    context.strokeStyle = getComputedStyle(this.node).color;
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    context.lineCap = 'round';
    context.beginPath();
    let isDrawing = false;
    values.forEach((value, index) => {
      if (value === null) {
        isDrawing = false;
        return;
      }
      const x = WIDTH - 1 - (values.length - 1 - index) * ((WIDTH - 2) / (HISTORY_SAMPLES - 1));
      const y = HEIGHT - 1.5 - (value / top) * (HEIGHT - 3);
      if (isDrawing) {
        context.lineTo(x, y);
      } else {
        context.moveTo(x, y);
        context.lineTo(x, y); // a single value is a dot
      }
      isDrawing = true;
    });
    context.stroke();
  }
}
