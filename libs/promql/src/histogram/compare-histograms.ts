import type { HistogramBuckets, NativeHistogram } from '@lantern/telemetry-model';
import { exponentialBound, hasCustomBuckets } from './bucket-bounds.js';
import { equalBounds, reduceBuckets, zeroCountFor } from './histogram-sum.js';

/** Whether two histograms hold the same observations in the same buckets. Marks of counter resets do not count. */
export const equalHistograms = (a: NativeHistogram, b: NativeHistogram): boolean =>
  a.schema === b.schema &&
  Object.is(a.count, b.count) &&
  Object.is(a.sum, b.sum) &&
  a.zeroThreshold === b.zeroThreshold &&
  Object.is(a.zeroCount, b.zeroCount) &&
  equalBounds(a.customValues, b.customValues) &&
  equalBuckets(a.positive, b.positive) &&
  equalBuckets(a.negative, b.negative);

const equalBuckets = (a: HistogramBuckets, b: HistogramBuckets): boolean => {
  let [atA, atB] = [0, 0];
  for (;;) {
    while (a.counts[atA] === 0) atA++;
    while (b.counts[atB] === 0) atB++;
    if (a.indexes[atA] !== b.indexes[atB]) return false;
    if (a.indexes[atA] === undefined) return true;
    if (!Object.is(a.counts[atA++], b.counts[atB++])) return false;
  }
};

/** Whether a counter was reset between two histograms: a count fell, or a bucket vanished. */
export const isCounterReset = (current: NativeHistogram, previous: NativeHistogram): boolean => {
  if (current.counterResetHint === 'reset') return true;
  if (current.counterResetHint === 'no-reset') return false;
  if (current.count < previous.count) return true;
  if (hasCustomBuckets(current)) {
    if (!hasCustomBuckets(previous)) return true;
    return equalBounds(current.customValues, previous.customValues)
      ? hasFallen(current.positive, previous.positive)
      : hasFallenBetweenBounds(current, previous);
  }
  // A finer resolution or a narrower zero bucket comes with a reset only.
  if (current.schema > previous.schema || current.zeroThreshold < previous.zeroThreshold) return true;
  const [previousZeroCount, threshold] = zeroCountFor(previous, current.zeroThreshold);
  if (threshold !== current.zeroThreshold || current.zeroCount < previousZeroCount) return true;
  return (['positive', 'negative'] as const).some((side) => {
    const reduced =
      previous.schema > current.schema
        ? reduceBuckets(previous[side], previous.schema, current.schema)
        : previous[side];
    return hasFallen(
      current[side],
      reduced,
      (index) => exponentialBound(index, current.schema) > current.zeroThreshold,
    );
  });
};

const hasFallen = (
  current: HistogramBuckets,
  previous: HistogramBuckets,
  isCompared: (index: number) => boolean = () => true,
): boolean => {
  let at = 0;
  for (let before = 0; before < previous.indexes.length; before++) {
    const index = previous.indexes[before] ?? 0;
    const count = previous.counts[before] ?? 0;
    if (!isCompared(index)) continue;
    while ((current.indexes[at] ?? Infinity) < index) at++;
    const now = current.indexes[at] === index ? (current.counts[at] ?? 0) : 0;
    if (now < count) return true;
  }
  return false;
};

/** Compares what lies between the boundaries that both histograms have. */
const hasFallenBetweenBounds = (current: NativeHistogram, previous: NativeHistogram): boolean => {
  const inPrevious = new Set(previous.customValues);
  const common = [...current.customValues.filter((bound) => inPrevious.has(bound)), Infinity];
  const now = countsUpTo(current, common);
  return countsUpTo(previous, common).some((count, at) => (now[at] ?? 0) < count);
};

const countsUpTo = ({ positive, customValues }: NativeHistogram, bounds: readonly number[]): number[] => {
  const counts = new Array<number>(bounds.length).fill(0);
  let target = 0;
  for (let at = 0; at < positive.indexes.length; at++) {
    const upper = customValues[positive.indexes[at] ?? 0] ?? Infinity;
    while ((bounds[target] ?? Infinity) < upper) target++;
    counts[target] = (counts[target] ?? 0) + (positive.counts[at] ?? 0);
  }
  return counts;
};
