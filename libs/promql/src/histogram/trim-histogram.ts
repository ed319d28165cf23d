import type { HistogramBuckets, NativeHistogram } from '@lantern/telemetry-model';
import { hasCustomBuckets, hasNegative, hasPositive, upperBound } from './bucket-bounds.js';
import { HistogramSum } from './histogram-sum.js';
import { fractionBelow } from './native-quantile.js';

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** Rest of a bucket: its count, and the value that stands for its observations. */
interface Kept {
  readonly count: number;
  readonly mean: number;
}

/**
 * Removes the observations above a value, or with `keeps` = `above` those below. The sum is estimated from the buckets when
 * anything was removed.
 */
export const trimHistogram = (
  histogram: NativeHistogram,
  value: number,
  keeps: 'below' | 'above',
): NativeHistogram => {
  const isCustom = hasCustomBuckets(histogram);
  let count = 0;
  let sum = 0;
  let isTrimmed = false;
  const trimSide = (buckets: HistogramBuckets, sign: 1 | -1): HistogramBuckets => {
    const counts = buckets.counts.slice();
    for (let at = 0; at < counts.length; at++) {
      const before = counts[at] ?? 0;
      if (before === 0) continue;
      const index = buckets.indexes[at] ?? 0;
      const [near, far] = [sign * upperBound(histogram, index - 1), sign * upperBound(histogram, index)];
      const bounds = sign > 0 ? { lower: near, upper: far } : { lower: far, upper: near };
      const kept = trimBucket(bounds, before, value, keeps, isCustom);
      count += kept.count;
      sum += kept.count * kept.mean;
      if (kept.count !== before) isTrimmed = true;
      counts[at] = kept.count;
    }
    return { indexes: buckets.indexes, counts };
  };
  const positive = trimSide(histogram.positive, 1);
  const negative = trimSide(histogram.negative, -1);
  let { zeroCount } = histogram;
  if (zeroCount > 0) {
    const kept = trimZeroBucket(histogram, value, keeps);
    if (kept.count !== zeroCount) isTrimmed = true;
    zeroCount = kept.count;
    count += kept.count;
    sum += kept.count * kept.mean;
  }
  if (!isTrimmed) return histogram;
  return new HistogramSum({ ...histogram, positive, negative, zeroCount, count, sum }).toHistogram();
};

const trimBucket = (
  bounds: Bounds,
  count: number,
  value: number,
  keeps: 'below' | 'above',
  isLinear: boolean,
): Kept => {
  const { lower, upper } = bounds;
  const isKept = keeps === 'below' ? upper <= value : lower >= value;
  if (isKept) return { count, mean: meanOf(bounds, isLinear) };
  const isRemoved = keeps === 'below' ? lower >= value : upper <= value;
  if (isRemoved) return { count: 0, mean: 0 };
  if (lower === -Infinity) return trimFirst(upper, count, value, keeps);
  if (upper === Infinity) {
    // The distance of these observations from the last boundary is unknown.
    return keeps === 'above' ? { count, mean: value } : { count: 0, mean: 0 };
  }
  const below = count * fractionBelow(bounds, value, isLinear);
  return keeps === 'below'
    ? { count: below, mean: meanOf({ lower, upper: value }, isLinear) }
    : { count: count - below, mean: meanOf({ lower: value, upper }, isLinear) };
};

/** The first custom bucket has no lower end. It begins at 0 where it ends above. */
const trimFirst = (upper: number, count: number, value: number, keeps: 'below' | 'above'): Kept => {
  const beginsAtZero = upper > 0 && upper !== Infinity;
  if (keeps === 'below') {
    if (upper <= 0) return { count, mean: value };
    return beginsAtZero && value > 0
      ? { count: (count * value) / upper, mean: value / 2 }
      : { count: 0, mean: 0 };
  }
  return beginsAtZero && value >= 0
    ? { count: count * (1 - value / upper), mean: (value + upper) / 2 }
    : { count: 0, mean: 0 };
};

const meanOf = ({ lower, upper }: Bounds, isLinear: boolean): number => {
  if (lower === -Infinity) {
    if (upper === Infinity) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (upper === Infinity) return lower;
  if (isLinear) return (lower + upper) / 2;
  const mean = Math.sqrt(Math.abs(lower * upper));
  return lower < 0 || upper < 0 ? -mean : mean;
};

const trimZeroBucket = (histogram: NativeHistogram, value: number, keeps: 'below' | 'above'): Kept => {
  const { zeroCount, zeroThreshold } = histogram;
  const [positive, negative] = [hasPositive(histogram), hasNegative(histogram)];
  const lower = positive && !negative ? 0 : -zeroThreshold;
  const upper = negative && !positive ? 0 : zeroThreshold;
  const all: Kept = { count: zeroCount, mean: (lower + upper) / 2 };
  const none: Kept = { count: 0, mean: 0 };
  if (value <= lower) return keeps === 'below' ? none : all;
  if (value >= upper) return keeps === 'below' ? all : none;
  return keeps === 'below'
    ? { count: (zeroCount * (value - lower)) / (upper - lower), mean: (lower + value) / 2 }
    : { count: (zeroCount * (upper - value)) / (upper - lower), mean: (value + upper) / 2 };
};
