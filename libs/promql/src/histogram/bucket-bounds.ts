import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@lantern/telemetry-model';

export const hasCustomBuckets = ({ schema }: { readonly schema: number }): boolean =>
  schema === CUSTOM_BUCKETS_SCHEMA;

/**
 * Upper bound of a positive bucket of an exponential schema: 2^(index/2^schema). The bucket that ends at 2^1024 ends at the
 * largest number instead; the one behind it holds infinity.
 *
 * @see https://prometheus.io/docs/specs/native_histograms/#standard-schemas
 */
export const exponentialBound = (index: number, schema: number): number => {
  const perPower = 2 ** schema;
  const exponent = Math.floor(index / perPower);
  const fraction = index / perPower - exponent;
  if (exponent === 1024 && fraction === 0) return Number.MAX_VALUE;
  return 2 ** fraction * 2 ** exponent;
};

/** Upper bound of a positive bucket. */
export const upperBound = ({ schema, customValues }: NativeHistogram, index: number): number => {
  if (schema !== CUSTOM_BUCKETS_SCHEMA) return exponentialBound(index, schema);
  return index < 0 ? -Infinity : (customValues[index] ?? Infinity);
};

/** Index of the bucket of a lower resolution that contains a bucket. */
export const coarserIndex = (index: number, from: number, to: number): number =>
  ((index - 1) >> (from - to)) + 1;

/** Bucket with its bounds. */
export interface BoundedBucket {
  lower: number;
  upper: number;
  count: number;
}

const isPopulated = (counts: Float64Array, at: number): boolean => counts[at] !== 0;

export const hasPositive = ({ positive }: NativeHistogram): boolean =>
  positive.counts.some((count) => count !== 0);

export const hasNegative = ({ negative }: NativeHistogram): boolean =>
  negative.counts.some((count) => count !== 0);

/**
 * Returns the populated buckets in ascending order, the zero bucket among them. Buckets that overlap with the zero bucket
 * begin or end at the zero threshold.
 */
export const boundedBuckets = (histogram: NativeHistogram): BoundedBucket[] => {
  const { positive, negative, zeroCount, zeroThreshold } = histogram;
  const buckets: BoundedBucket[] = [];
  for (let at = negative.indexes.length - 1; at >= 0; at--) {
    if (!isPopulated(negative.counts, at)) continue;
    const index = negative.indexes[at] ?? 0;
    const upper = -upperBound(histogram, index - 1);
    buckets.push({
      lower: -upperBound(histogram, index),
      upper: upper < 0 && upper > -zeroThreshold ? -zeroThreshold : upper,
      count: negative.counts[at] ?? 0,
    });
  }
  if (zeroCount > 0) buckets.push({ lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount });
  for (let at = 0; at < positive.indexes.length; at++) {
    if (!isPopulated(positive.counts, at)) continue;
    const index = positive.indexes[at] ?? 0;
    const lower = upperBound(histogram, index - 1);
    buckets.push({
      lower: lower > 0 && lower < zeroThreshold ? zeroThreshold : lower,
      upper: upperBound(histogram, index),
      count: positive.counts[at] ?? 0,
    });
  }
  return buckets;
};
