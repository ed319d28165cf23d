import type { ExponentialBuckets, ExponentialHistogramDataPoint } from '@lantern/otlp';
import { NO_CUSTOM_VALUES, type HistogramBuckets, type NativeHistogram } from '@lantern/telemetry-model';

/** Range of schemas of native histograms. */
const MIN_SCHEMA = -4;
const MAX_SCHEMA = 8;
/** Width of the zero bucket of a point that does not say it, as in Prometheus. */
const DEFAULT_ZERO_THRESHOLD = 1e-128;

/** Returns the point as a native histogram; undefined for a scale that native histograms do not have. */
export const nativeHistogramOf = (point: ExponentialHistogramDataPoint): NativeHistogram | undefined => {
  const { scale = 0, zeroThreshold = 0 } = point;
  if (scale < MIN_SCHEMA) return undefined;
  const schema = Math.min(scale, MAX_SCHEMA);
  const merged = scale - schema;
  return {
    counterResetHint: 'unknown',
    schema,
    zeroThreshold: zeroThreshold > 0 ? zeroThreshold : DEFAULT_ZERO_THRESHOLD,
    zeroCount: Number(point.zeroCount ?? 0n),
    count: Number(point.count ?? 0n),
    sum: point.sum ?? 0,
    positive: bucketsOf(point.positive, merged),
    negative: bucketsOf(point.negative, merged),
    customValues: NO_CUSTOM_VALUES,
  };
};

/** @param merged number of steps by which the resolution is halved */
const bucketsOf = (
  { offset = 0, bucketCounts = [] }: ExponentialBuckets = {},
  merged: number,
): HistogramBuckets => {
  const counts = new Map<number, number>();
  for (const [i, count] of bucketCounts.entries()) {
    // OTLP's bucket i begins where Prometheus' bucket i ends.
    const index = Math.floor((offset + i) / 2 ** merged) + 1;
    if (count > 0) counts.set(index, (counts.get(index) ?? 0) + count);
  }
  return { indexes: Int32Array.from(counts.keys()), counts: Float64Array.from(counts.values()) };
};

/** Returns the sum of two histograms, in the coarser of their schemas. */
export const addHistograms = (a: NativeHistogram, b: NativeHistogram): NativeHistogram => {
  const schema = Math.min(a.schema, b.schema);
  const add = (side: 'positive' | 'negative'): HistogramBuckets => {
    const counts = new Map<number, number>();
    for (const histogram of [a, b]) {
      const { indexes, counts: own } = histogram[side];
      const width = 2 ** (histogram.schema - schema);
      for (const [i, index] of indexes.entries()) {
        const coarse = Math.floor((index - 1) / width) + 1;
        counts.set(coarse, (counts.get(coarse) ?? 0) + (own[i] ?? 0));
      }
    }
    const indexes = Int32Array.from(counts.keys()).sort();
    return { indexes, counts: Float64Array.from(indexes, (index) => counts.get(index) ?? 0) };
  };
  return {
    ...b,
    schema,
    zeroThreshold: Math.max(a.zeroThreshold, b.zeroThreshold),
    zeroCount: a.zeroCount + b.zeroCount,
    count: a.count + b.count,
    sum: a.sum + b.sum,
    positive: add('positive'),
    negative: add('negative'),
  };
};
