/** Buckets of a classic histogram: cumulative counts, by ascending upper bound. Reused between histograms. */
export class ClassicBuckets {
  readonly bounds: number[] = [];
  readonly counts: number[] = [];

  clear(): void {
    this.bounds.length = 0;
    this.counts.length = 0;
  }

  /** Adds a bucket that is not below the last one. Counts of buckets with the same bound add up. */
  push(bound: number, count: number): void {
    const last = this.bounds.length - 1;
    if (this.bounds[last] === bound) this.counts[last] = (this.counts[last] ?? 0) + count;
    else {
      this.bounds.push(bound);
      this.counts.push(count);
    }
  }

  get length(): number {
    return this.bounds.length;
  }

  /** Whether the last bucket holds all observations. Without it the histogram means nothing. */
  get isComplete(): boolean {
    return this.bounds.at(-1) === Infinity;
  }
}

/** Changes that kept counts from falling from one bucket to the next. */
export interface MonotonicityFix {
  readonly minBound: number;
  readonly maxBound: number;
  readonly maxDifference: number;
}

/** Relative difference of counts that comes from rounding. */
const TOLERANCE = 1e-12;
const MIN_NORMAL = 2 ** -1022;

const isRoundingDifference = (a: number, b: number): boolean => {
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < MIN_NORMAL) return difference < TOLERANCE * MIN_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE;
};

/** Raises counts that are below the one before. Differences from rounding are not reported. */
const makeMonotonic = ({ bounds, counts }: ClassicBuckets): MonotonicityFix | undefined => {
  let [minBound, maxBound, maxDifference] = [Infinity, -Infinity, 0];
  let isFixed = false;
  let previous = counts[0] ?? 0;
  for (let at = 1; at < counts.length; at++) {
    const count = counts[at] ?? 0;
    if (count === previous) continue;
    if (isRoundingDifference(previous, count)) counts[at] = previous;
    else if (count < previous) {
      const bound = bounds[at] ?? 0;
      counts[at] = previous;
      isFixed = true;
      minBound = Math.min(minBound, bound);
      maxBound = Math.max(maxBound, bound);
      maxDifference = Math.max(maxDifference, previous - count);
    } else previous = count;
  }
  return isFixed ? { minBound, maxBound, maxDifference } : undefined;
};

export interface ClassicQuantile {
  readonly value: number;
  readonly fix?: MonotonicityFix;
}

/**
 * Returns a quantile, interpolated linearly within a bucket. Changes the counts where they are not monotonic.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export const classicQuantile = (phi: number, buckets: ClassicBuckets): ClassicQuantile => {
  if (Number.isNaN(phi)) return { value: Number.NaN };
  if (phi < 0) return { value: -Infinity };
  if (phi > 1) return { value: Infinity };
  if (!buckets.isComplete) return { value: Number.NaN };
  const fix = makeMonotonic(buckets);
  const value = quantileOf(phi, buckets);
  return fix ? { value, fix } : { value };
};

const quantileOf = (phi: number, { bounds, counts, length }: ClassicBuckets): number => {
  const total = counts[length - 1] ?? 0;
  if (length < 2 || total === 0) return Number.NaN;
  let rank = phi * total;
  let [low, high] = [0, length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((counts[middle] ?? 0) >= rank) high = middle;
    else low = middle + 1;
  }
  if (low === length - 1) return bounds[length - 2] ?? Number.NaN;
  const upper = bounds[low] ?? 0;
  if (low === 0 && upper <= 0) return upper;
  const lower = low > 0 ? (bounds[low - 1] ?? 0) : 0;
  const below = low > 0 ? (counts[low - 1] ?? 0) : 0;
  rank -= below;
  return lower + (upper - lower) * (rank / ((counts[low] ?? 0) - below));
};

/**
 * Returns the share of observations between two values, interpolated linearly.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction
 */
export const classicFraction = (lower: number, upper: number, buckets: ClassicBuckets): number => {
  const total = buckets.counts.at(-1) ?? 0;
  if (!buckets.isComplete || total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (rankOf(upper, buckets, total) - rankOf(lower, buckets, total)) / total;
};

const rankOf = (value: number, { bounds, counts, length }: ClassicBuckets, total: number): number => {
  let rank = 0;
  // Observations are not below 0 where the first bound is above.
  let start = (bounds[0] ?? 0) <= 0 ? -Infinity : 0;
  for (let at = 0; at < length; at++) {
    const end = bounds[at] ?? 0;
    const count = counts[at] ?? 0;
    if (start >= value) return Math.min(rank, total);
    if (end > value) {
      const share = start === -Infinity ? count : rank + ((count - rank) * (value - start)) / (end - start);
      return Math.min(share, total);
    }
    rank = count;
    start = end;
  }
  return total;
};
