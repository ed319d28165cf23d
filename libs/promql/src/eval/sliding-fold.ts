import { KahanSum } from '../histogram/kahan-sum.js';

/** Windows of at most this many samples are folded as they are, in the order of Prometheus. */
export const MAX_DIRECT_WINDOW = 64;

/**
 * Folds windows that move forward over an array in constant time on average. A window is split in two: the front holds the
 * folds from each of its elements up to the split, the back is one fold that grows. Nothing is ever subtracted, so that no
 * precision is lost, and infinity and NaN leave with their samples.
 */
export class SlidingFold {
  private front: Float64Array;
  private split = 0;
  private end = 0;
  private back = Number.NaN;

  /** @param combine has to be associative */
  constructor(
    private readonly values: Float64Array,
    private readonly combine: (a: number, b: number) => number,
  ) {
    this.front = new Float64Array(values.length);
  }

  /** Returns the fold of a window that is not empty, and not before the last one. */
  fold(from: number, to: number): number {
    const { values, front, combine } = this;
    if (from >= this.split) {
      let folded = values[to - 1] ?? 0;
      front[to - 1] = folded;
      for (let at = to - 2; at >= from; at--) front[at] = folded = combine(values[at] ?? 0, folded);
      this.split = to;
      this.end = to;
      return folded;
    }
    for (let at = this.end; at < to; at++) {
      const value = values[at] ?? 0;
      this.back = at === this.split ? value : combine(this.back, value);
    }
    this.end = to;
    const folded = front[from] ?? 0;
    return to === this.split ? folded : combine(folded, this.back);
  }
}

/** As {@link SlidingFold}, for sums with Kahan's compensation. */
export class SlidingSum {
  private readonly sums: Float64Array;
  private readonly errors: Float64Array;
  private split = 0;
  private end = 0;
  private readonly back = new KahanSum();
  private readonly result = new KahanSum();

  constructor(private readonly values: Float64Array) {
    this.sums = new Float64Array(values.length);
    this.errors = new Float64Array(values.length);
  }

  /** Returns the sum of a window that is not empty, and not before the last one. Valid until the next call. */
  sum(from: number, to: number): KahanSum {
    const { values, sums, errors, back, result } = this;
    if (from >= this.split) {
      result.reset();
      for (let at = to - 1; at >= from; at--) {
        result.add(values[at] ?? 0);
        sums[at] = result.sum;
        errors[at] = result.error;
      }
      this.split = to;
      this.end = to;
      back.reset();
      return result;
    }
    for (let at = this.end; at < to; at++) back.add(values[at] ?? 0);
    this.end = to;
    result.reset(sums[from], errors[from]);
    result.add(back.sum);
    if (!result.isInfinite) result.error += back.error;
    return result;
  }
}
