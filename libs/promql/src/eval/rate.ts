import type { NativeHistogram } from '@lantern/telemetry-model';
import { hasCustomBuckets } from '../histogram/bucket-bounds.js';
import { isCounterReset } from '../histogram/compare-histograms.js';
import { HistogramSum } from '../histogram/histogram-sum.js';
import { setFloat, setHistogram } from './matrix.js';
import {
  informOfReconciledBounds,
  warnOfMix,
  warnOfMixedBuckets,
  type RangeCall,
  type WindowFunctionFactory,
} from './range-call.js';

/** `rate`, `increase` and `delta` differ in whether the series is a counter, and whether the result is per second. */
export interface RateKind {
  readonly isCounter: boolean;
  readonly isPerSecond: boolean;
}

/** A series may begin, or end, at most this many sample distances away from the window's ends to fill all of it. */
const EXTRAPOLATION_DISTANCES = 1.1;

/** Windows with more counter resets use prefix sums, so that the cost does not grow with the window. */
const MAX_DIRECT_RESETS = 64;

/** Counter resets of the floats of a series. */
class CounterResets {
  /** Indexes of samples below the one before. */
  private readonly indexes: number[] = [];
  private prefix: Float64Array | undefined;
  private first = 0;

  constructor(private readonly values: Float64Array) {
    for (let at = 1; at < values.length; at++) {
      if ((values[at] ?? 0) < (values[at - 1] ?? 0)) this.indexes.push(at);
    }
  }

  get isEmpty(): boolean {
    return this.indexes.length === 0;
  }

  /** Returns what was lost at the resets within a window, which is not before the last one. */
  lostIn(from: number, to: number, initial: number): number {
    const { indexes } = this;
    while (this.first < indexes.length && (indexes[this.first] ?? 0) <= from) this.first++;
    let end = this.first;
    let total = initial;
    for (; end < indexes.length && (indexes[end] ?? 0) < to; end++) {
      if (end - this.first === MAX_DIRECT_RESETS) return initial + this.lostBetween(this.first, to);
      total += this.values[(indexes[end] ?? 1) - 1] ?? 0;
    }
    return total;
  }

  private lostBetween(first: number, to: number): number {
    const { indexes } = this;
    const prefix = (this.prefix ??= this.prefixSums());
    let [low, high] = [first, indexes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((indexes[middle] ?? 0) < to) low = middle + 1;
      else high = middle;
    }
    const lost = (prefix[low] ?? 0) - (prefix[first] ?? 0);
    if (Number.isFinite(lost)) return lost;
    let total = 0;
    for (let at = first; at < low; at++) total += this.values[(indexes[at] ?? 1) - 1] ?? 0;
    return total;
  }

  private prefixSums(): Float64Array {
    const prefix = new Float64Array(this.indexes.length + 1);
    for (const [at, index] of this.indexes.entries()) {
      prefix[at + 1] = (prefix[at] ?? 0) + (this.values[index - 1] ?? 0);
    }
    return prefix;
  }
}

/**
 * Computes the increase of a series in each window, extrapolated to the ends of the window.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
 */
export const extrapolatedRate =
  (kind: RateKind): WindowFunctionFactory =>
  (call) => {
    const { cursor, row, series } = call;
    const { times, values } = series;
    const resets = kind.isCounter ? new CounterResets(values) : undefined;
    const hasResets = resets !== undefined && !resets.isEmpty;
    return (step) => {
      const { from, to } = cursor;
      if (cursor.histogramTo > cursor.histogramFrom) {
        histogramStep(call, kind, step);
        return;
      }
      if (to - from < 2) return;
      const first = values[from] ?? 0;
      let increase = (values[to - 1] ?? 0) - first;
      if (hasResets) increase = resets.lostIn(from, to, increase);
      const factor = extrapolation(
        call,
        kind,
        times[from] ?? 0,
        times[to - 1] ?? 0,
        to - from,
        first,
        increase,
      );
      setFloat(row, step, increase * factor);
    };
  };

/** Returns the factor from the increase between the first and the last sample to that of the whole window. */
const extrapolation = (
  { cursor, rangeMillis }: RangeCall,
  { isCounter, isPerSecond }: RateKind,
  firstTime: number,
  lastTime: number,
  count: number,
  first: number,
  increase: number,
): number => {
  let toStart = (firstTime - cursor.startMillis) / 1_000;
  let toEnd = (cursor.endMillis - lastTime) / 1_000;
  const sampled = (lastTime - firstTime) / 1_000;
  const distance = sampled / (count - 1);
  const threshold = distance * EXTRAPOLATION_DISTANCES;
  if (toStart >= threshold) toStart = distance / 2;
  if (isCounter && increase > 0 && first >= 0) {
    // The counter was 0 no earlier than this.
    const toZero = sampled * (first / increase);
    if (toZero < toStart) toStart = toZero;
  }
  if (toEnd >= threshold) toEnd = distance / 2;
  const factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled;
  return isPerSecond ? factor / (rangeMillis / 1_000) : factor;
};

const histogramStep = (call: RangeCall, kind: RateKind, step: number): void => {
  const { cursor, series, row } = call;
  if (cursor.isMixed) {
    warnOfMix(call);
    return;
  }
  const { histogramFrom: from, histogramTo: to } = cursor;
  const histograms = series.histograms.slice(from, to);
  const increase = histogramIncrease(call, kind, histograms);
  if (!increase) return;
  const factor = extrapolation(
    call,
    kind,
    series.histogramTimes[from] ?? 0,
    series.histogramTimes[to - 1] ?? 0,
    to - from,
    histograms[0]?.count ?? 0,
    increase.totalCount,
  );
  setHistogram(row, step, increase.scale(factor).setHint('gauge').toHistogram());
};

/** Returns the increase of a series of histograms; undefined, with a warning, when they do not fit together. */
const histogramIncrease = (
  call: RangeCall,
  { isCounter }: RateKind,
  histograms: readonly NativeHistogram[],
): HistogramSum | undefined => {
  const { annotations, position, series } = call;
  const [first, second] = histograms;
  const last = histograms.at(-1);
  if (!first || !second || !last) return undefined;
  const isGauge = ({ counterResetHint }: NativeHistogram) => counterResetHint === 'gauge';
  const name = series.labels.metricName;
  if (isCounter && histograms.some(isGauge)) {
    annotations.warn(`this native histogram metric is not a counter: "${name}"`, position);
  }
  // After a reset nothing of the first histogram matters, its buckets neither.
  const startsAnew = isCounter && isCounterReset(second, first);
  const compared = startsAnew ? histograms.slice(1) : histograms;
  const used = isCounter ? compared : [first, last];
  if (used.some((each) => hasCustomBuckets(each) !== hasCustomBuckets(last))) {
    warnOfMixedBuckets(call);
    return undefined;
  }
  const sum = new HistogramSum(last);
  for (const each of used) sum.reduceTo(each.schema);
  const add = (histogram: NativeHistogram, sign: 1 | -1) => {
    if (sum.add(histogram, sign).hasReconciledBounds) {
      informOfReconciledBounds(call, sign > 0 ? 'addition' : 'subtraction');
    }
  };
  if (!startsAnew) add(first, -1);
  if (isCounter) {
    let previous = startsAnew ? second : first;
    for (const current of histograms.slice(startsAnew ? 2 : 1)) {
      if (isCounterReset(current, previous)) add(previous, 1);
      previous = current;
    }
  } else if (!isGauge(first) || !isGauge(last)) {
    annotations.warn(`this native histogram metric is not a gauge: "${name}"`, position);
  }
  return sum.setHint('gauge');
};

/** `irate` and `idelta`: the difference of the last two samples. */
export const lastDifference =
  (isRate: boolean): WindowFunctionFactory =>
  (call) =>
  (step) => {
    const [earlier, later] = lastTwo(call);
    if (!earlier || !later) return;
    const seconds = (later.time - earlier.time) / 1_000;
    if (seconds === 0) return;
    if (later.histogram && earlier.histogram) {
      histogramDifference(call, isRate, step, earlier.histogram, later.histogram, seconds);
    } else if (later.histogram || earlier.histogram) {
      warnOfMix(call);
    } else {
      const isReset = isRate && later.value < earlier.value;
      const difference = isReset ? later.value : later.value - earlier.value;
      setFloat(call.row, step, isRate ? difference / seconds : difference);
    }
  };

interface TimedSample {
  readonly time: number;
  readonly value: number;
  readonly histogram?: NativeHistogram;
}

/** Returns the last two samples of a window of at least two, whatever their kinds. */
const lastTwo = ({ cursor, series }: RangeCall): readonly (TimedSample | undefined)[] => {
  const samples: TimedSample[] = [];
  for (let at = Math.max(cursor.from, cursor.to - 2); at < cursor.to; at++) {
    samples.push({ time: series.times[at] ?? 0, value: series.values[at] ?? 0 });
  }
  for (let at = Math.max(cursor.histogramFrom, cursor.histogramTo - 2); at < cursor.histogramTo; at++) {
    const histogram = series.histograms[at];
    if (histogram) samples.push({ time: series.histogramTimes[at] ?? 0, value: 0, histogram });
  }
  return samples.sort((a, b) => a.time - b.time).slice(-2);
};

const histogramDifference = (
  call: RangeCall,
  isRate: boolean,
  step: number,
  earlier: NativeHistogram,
  later: NativeHistogram,
  seconds: number,
): void => {
  const { annotations, position, series, row } = call;
  const isGauge = earlier.counterResetHint === 'gauge' && later.counterResetHint === 'gauge';
  const isAnyGauge = earlier.counterResetHint === 'gauge' || later.counterResetHint === 'gauge';
  if (isRate ? isAnyGauge : !isGauge) {
    const wanted = isRate ? 'counter' : 'gauge';
    annotations.warn(
      `this native histogram metric is not a ${wanted}: "${series.labels.metricName}"`,
      position,
    );
  }
  const sum = new HistogramSum(later);
  if (!isRate || !isCounterReset(later, earlier)) {
    if (!sum.accepts(earlier)) {
      warnOfMixedBuckets(call);
      return;
    }
    if (sum.add(earlier, -1).hasReconciledBounds) informOfReconciledBounds(call, 'subtraction');
  }
  sum.setHint('gauge');
  if (isRate) sum.divide(seconds);
  setHistogram(row, step, sum.toHistogram());
};
