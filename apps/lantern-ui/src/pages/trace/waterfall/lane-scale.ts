import { shareAt, type TimeWindow } from './time-window.js';

/** Horizontal padding. The longest bar has its duration in the padding on the right. */
const LEFT = 12;
const RIGHT = 76;

/** Maximum distance of shapes beyond the edges, in pixels. Shapes millions of pixels wide are not drawn correctly. */
const BEYOND = 20;

const TICK_ROOM = 100;

/** Maps times to pixels from the left edge of the lanes. */
export class LaneScale {
  /** Width of the window in pixels. */
  readonly room: number;

  constructor(
    readonly window: TimeWindow,
    /** Width of the lanes in pixels. */
    readonly width: number,
  ) {
    this.room = width - LEFT - RIGHT;
  }

  get left(): number {
    return LEFT;
  }

  /** Position of the end of the window. */
  get right(): number {
    return LEFT + this.room;
  }

  /** Returns the position of a time. Times outside of the window are clamped a little beyond its edges. */
  xOf(time: number): number {
    return Math.min(this.right + BEYOND, Math.max(LEFT - BEYOND, this.place(time)));
  }

  /** Returns the position of the end of a bar, clamped to the edges of the window. */
  edgeOf(time: number): number {
    return Math.min(this.right, Math.max(LEFT, this.place(time)));
  }

  /** Returns the share of the window left of a position, clamped to 0 and 1. */
  shareAt(x: number): number {
    return Math.min(1, Math.max(0, (x - LEFT) / this.room));
  }

  isBefore(time: number): boolean {
    return time < this.window.from;
  }

  isBehind(time: number): boolean {
    return time > this.window.to;
  }

  /** Whether a time is drawn in the lanes: in the window, or in the padding beside it. */
  shows(time: number): boolean {
    const place = this.place(time);
    return place >= LEFT - BEYOND / 2 && place <= this.right + BEYOND;
  }

  get mostTicks(): number {
    return Math.min(10, Math.max(2, Math.floor(this.room / TICK_ROOM)));
  }

  private place(time: number): number {
    return LEFT + shareAt(this.window, time) * this.room;
  }
}
