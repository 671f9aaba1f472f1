import { Signal } from '@lumino/signaling';

import type { IVideoSurface } from '../../../src/viewer/video/videosurface';

/** A surface whose frames are presented when a test says so. */
export class FakeSurface implements IVideoSurface {
  readonly presented = new Signal<this, number>(this);
  readonly numbers: number[] = [];
  isShown = false;
  isDisposed = false;

  present(_: VideoFrame, number: number): void {
    this.numbers.push(number);
  }

  dispose(): void {
    this.isDisposed = true;
  }
}

/** A decoded frame. */
export class FakeFrame {
  constructor(
    readonly displayWidth = 8,
    readonly displayHeight = 8
  ) {}

  isClosed = false;

  close(): void {
    this.isClosed = true;
  }
}

/** What noVNC's decoder returns. */
export class FakePending {
  constructor(readonly decoded = new FakeFrame()) {
    this.promise = new Promise(resolve => (this._resolve = resolve));
  }

  readonly promise: Promise<void>;
  frame: FakeFrame | null = null;
  ready = false;

  async decode(): Promise<void> {
    this.frame = this.decoded;
    this.ready = true;
    this._resolve();
    await this.promise;
    // Those that wait for it have several steps.
    await new Promise(process.nextTick);
  }

  private _resolve!: () => void;
}
