import { shareAt, type TimeWindow } from './time-window.js';

/** Room at both sides of the bars; at the right the longest one, too, has its duration behind it. */
const LEFT = 12;
const RIGHT = 76;

/** A canvas gets no shapes of millions of pixels. */
const BEYOND = 20;

const TICK_ROOM = 100;

/** Where moments lie in the lanes, in pixels from their left edge. */
export class LaneScale {
  /** Of the window. */
  readonly room: number;

  constructor(
    readonly window: TimeWindow,
    /** Of the lanes. */
    readonly width: number,
  ) {
    this.room = width - LEFT - RIGHT;
  }

  get left(): number {
    return LEFT;
  }

  /** End of the window. */
  get right(): number {
    return LEFT + this.room;
  }

  /** Moments outside of the window lie a little beyond its edge, however far they are. */
  xOf(time: number): number {
    return Math.min(this.right + BEYOND, Math.max(LEFT - BEYOND, this.#place(time)));
  }

  /** The same for bars, which end at the edges of the window. */
  edgeOf(time: number): number {
    return Math.min(this.right, Math.max(LEFT, this.#place(time)));
  }

  /** Which share of the window is left of a place; 0 and 1 beyond its edges. */
  shareAt(x: number): number {
    return Math.min(1, Math.max(0, (x - LEFT) / this.room));
  }

  isBefore(time: number): boolean {
    return time < this.window.from;
  }

  isBehind(time: number): boolean {
    return time > this.window.to;
  }

  /** Whether a moment has a place in the lanes: in the window, or so close to it that it lies in the room beside it. */
  shows(time: number): boolean {
    const place = this.#place(time);
    return place >= LEFT - BEYOND / 2 && place <= this.right + BEYOND;
  }

  get mostTicks(): number {
    return Math.min(10, Math.max(2, Math.floor(this.room / TICK_ROOM)));
  }

  #place(time: number): number {
    return LEFT + shareAt(this.window, time) * this.room;
  }
}
