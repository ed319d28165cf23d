import { printGoFloat } from '@lantern/go-syntax';
import type { NativeHistogram } from '@lantern/telemetry-model';
import { hasCustomBuckets, upperBound } from './bucket-bounds.js';

/**
 * Formats a histogram as Prometheus does in the value of a label, for example `{count:3, sum:4, (1,2]:3}`. Populated buckets
 * ascend.
 */
export const formatHistogram = (histogram: NativeHistogram): string => {
  const { count, sum, zeroCount, zeroThreshold, positive, negative } = histogram;
  const parts = [`count:${printGoFloat(count)}`, `sum:${printGoFloat(sum)}`];
  const add = (open: string, lower: number, upper: number, close: string, bucketCount: number) => {
    if (bucketCount === 0) return;
    parts.push(`${open}${printGoFloat(lower)},${printGoFloat(upper)}${close}:${printGoFloat(bucketCount)}`);
  };
  for (let at = negative.indexes.length - 1; at >= 0; at--) {
    const index = negative.indexes[at] ?? 0;
    const [lower, upper] = [-upperBound(histogram, index), -upperBound(histogram, index - 1)];
    add('[', lower, upper, ')', negative.counts[at] ?? 0);
  }
  if (!hasCustomBuckets(histogram)) add('[', -zeroThreshold, zeroThreshold, ']', zeroCount);
  for (let at = 0; at < positive.indexes.length; at++) {
    const index = positive.indexes[at] ?? 0;
    const lower = upperBound(histogram, index - 1);
    add(lower === -Infinity ? '[' : '(', lower, upperBound(histogram, index), ']', positive.counts[at] ?? 0);
  }
  return `{${parts.join(', ')}}`;
};
