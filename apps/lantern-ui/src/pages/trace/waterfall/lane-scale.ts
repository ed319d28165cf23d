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

  /** Moments out of the window lie a little beyond its edge, however far they are. */
  xOf(time: number): number {
    return LEFT + Math.min(this.room + BEYOND, Math.max(-BEYOND, shareAt(this.window, time) * this.room));
  }

  /** Which share of the window is left of a place; 0 and 1 beyond its edges. */
  shareAt(x: number): number {
    return Math.min(1, Math.max(0, (x - LEFT) / this.room));
  }

  isBefore(x: number): boolean {
    return x < LEFT - BEYOND / 2;
  }

  isBehind(x: number): boolean {
    return x > LEFT + this.room + BEYOND / 2;
  }

  get mostTicks(): number {
    return Math.min(10, Math.max(2, Math.floor(this.room / TICK_ROOM)));
  }
}
