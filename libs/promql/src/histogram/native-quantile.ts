import type { NativeHistogram } from '@lantern/telemetry-model';
import {
  boundedBuckets,
  hasCustomBuckets,
  hasNegative,
  hasPositive,
  type BoundedBucket,
} from './bucket-bounds.js';

/** Effect of NaN observations on a result. NaN is counted, and is in no bucket. */
export type NanEffect = 'nan-result' | 'skewed';

export interface NativeQuantile {
  readonly value: number;
  readonly nanEffect?: NanEffect;
}

/**
 * Returns a quantile of a native histogram. Interpolates exponentially within a bucket, and linearly in the zero bucket and
 * in custom buckets.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export const nativeQuantile = (phi: number, histogram: NativeHistogram): NativeQuantile => {
  if (phi < 0) return { value: -Infinity };
  if (phi > 1) return { value: Infinity };
  const { count: total } = histogram;
  if (total === 0 || Number.isNaN(phi)) return { value: Number.NaN };
  const mayHaveNan = Number.isNaN(histogram.sum);
  // Counting from the nearer end is more exact. NaN is behind the last bucket, so its rank is counted from the first.
  const isForward = mayHaveNan || phi < 0.5;
  let rank = isForward ? phi * total : (1 - phi) * total;
  const buckets = boundedBuckets(histogram);
  let count = 0;
  let bucket: BoundedBucket = { lower: 0, upper: 0, count: 0 };
  let passed = 0;
  for (; passed < buckets.length; passed++) {
    bucket = buckets[isForward ? passed : buckets.length - 1 - passed] ?? bucket;
    count += bucket.count;
    if (count >= rank) break;
  }
  let { lower, upper } = bucket;
  const isCustom = hasCustomBuckets(histogram);
  if (isCustom && lower === -Infinity) {
    if (upper <= 0) return { value: upper };
    lower = 0;
  } else if (isCustom && upper === Infinity) {
    return { value: lower };
  } else if (!isCustom) [lower, upper] = zeroBounds(histogram, lower, upper);
  // Rounding may have added up to more.
  count = Math.min(count, total);
  if (count < rank) return mayHaveNan ? { value: Number.NaN, nanEffect: 'nan-result' } : { value: upper };
  rank = isForward ? rank - (count - bucket.count) : count - rank;
  const fraction = rank / bucket.count;
  const value =
    isCustom || (lower <= 0 && upper >= 0)
      ? lower + (upper - lower) * fraction
      : exponentialPoint(lower, upper, fraction);
  if (!mayHaveNan) return { value };
  for (const { count: further } of buckets.slice(passed + 1)) count += further;
  return count < total ? { value, nanEffect: 'skewed' } : { value };
};

const exponentialPoint = (lower: number, upper: number, fraction: number): number => {
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  return lower > 0
    ? 2 ** (logLower + (logUpper - logLower) * fraction)
    : -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)));
};

/** The zero bucket begins, or ends, at 0 where there are positive, or negative, buckets only. */
const zeroBounds = (histogram: NativeHistogram, lower: number, upper: number): [number, number] => {
  if (!(lower < 0 && upper > 0)) return [lower, upper];
  const [positive, negative] = [hasPositive(histogram), hasNegative(histogram)];
  if (positive && !negative) return [0, upper];
  if (negative && !positive) return [lower, 0];
  return [lower, upper];
};

export interface NativeFraction {
  readonly value: number;
  /** Whether there are NaN observations, which are in no fraction. */
  readonly excludesNan: boolean;
}

/**
 * Returns the share of observations between two values.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction
 */
export const nativeFraction = (lower: number, upper: number, histogram: NativeHistogram): NativeFraction => {
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) {
    return { value: Number.NaN, excludesNan: false };
  }
  if (lower >= upper) return { value: 0, excludesNan: false };
  const buckets = boundedBuckets(histogram);
  let count = histogram.count;
  let excludesNan = false;
  if (Number.isNaN(histogram.sum)) {
    count = buckets.reduce((total, each) => total + each.count, 0);
    excludesNan = count < histogram.count;
  }
  const below = (value: number) => Math.min(rankOf(value, buckets, histogram) ?? count, count);
  return { value: (below(upper) - below(lower)) / histogram.count, excludesNan };
};

/** Number of observations below a value; undefined for a value beyond all buckets. */
const rankOf = (
  value: number,
  buckets: readonly BoundedBucket[],
  histogram: NativeHistogram,
): number | undefined => {
  const isCustom = hasCustomBuckets(histogram);
  let rank = 0;
  for (const bucket of buckets) {
    const isZero = bucket.lower <= 0 && bucket.upper >= 0;
    const [lower, upper] = isZero ? zeroBoundsOf(histogram, bucket) : [bucket.lower, bucket.upper];
    if (lower >= value) return rank;
    if (upper > value) {
      // Nothing is known about the distribution in a bucket without a lower end.
      if ((isCustom || isZero) && lower === -Infinity) return bucket.count;
      return rank + bucket.count * fractionBelow({ lower, upper }, value, isCustom || isZero);
    }
    rank += bucket.count;
  }
  return undefined;
};

const zeroBoundsOf = (histogram: NativeHistogram, { lower, upper }: BoundedBucket): [number, number] => {
  const [positive, negative] = [hasPositive(histogram), hasNegative(histogram)];
  if (positive && !negative) return [0, upper];
  if (negative && !positive) return [lower, 0];
  return [lower, upper];
};

/** Share of a bucket below a value within it. */
export const fractionBelow = (
  { lower, upper }: { readonly lower: number; readonly upper: number },
  value: number,
  isLinear: boolean,
): number => {
  if (isLinear) return (value - lower) / (upper - lower);
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  const log = Math.log2(Math.abs(value));
  return value > 0 ? (log - logLower) / (logUpper - logLower) : 1 - (log - logUpper) / (logLower - logUpper);
};

/** Returns the variance of the observations, estimated with the mean of each bucket. */
export const nativeVariance = (histogram: NativeHistogram): number => {
  const mean = histogram.sum / histogram.count;
  const isCustom = hasCustomBuckets(histogram);
  let variance = 0;
  for (const { lower, upper, count } of boundedBuckets(histogram)) {
    let value = 0;
    if (isCustom) value = (upper + lower) / 2;
    else if (lower > 0 || upper < 0) value = Math.sign(upper) * Math.sqrt(upper * lower);
    variance += count * (value - mean) ** 2;
  }
  return variance / histogram.count;
};
