import type { NativeHistogram } from '@lantern/telemetry-model';
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

const NOT_COMPARED = 0;
const NO_RESET = 1;
const RESET = 2;

/** Counter resets of the histograms of a series. Each is compared with the one before once, however many windows hold it. */
class HistogramResets {
  private compared: Uint8Array | undefined;

  constructor(private readonly histograms: readonly NativeHistogram[]) {}

  isAt(index: number): boolean {
    // Most series have no histograms.
    const known = (this.compared ??= new Uint8Array(this.histograms.length));
    if (known[index] === NOT_COMPARED) {
      const [current, previous] = [this.histograms[index], this.histograms[index - 1]];
      known[index] = current && previous && isCounterReset(current, previous) ? RESET : NO_RESET;
    }
    return known[index] === RESET;
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
    const histogramResets = new HistogramResets(series.histograms);
    return (step) => {
      const { from, to } = cursor;
      if (cursor.histogramTo > cursor.histogramFrom) {
        histogramStep(call, kind, step, histogramResets);
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

const histogramStep = (call: RangeCall, kind: RateKind, step: number, resets: HistogramResets): void => {
  const { cursor, series, row } = call;
  if (cursor.isMixed) {
    warnOfMix(call);
    return;
  }
  const { histogramFrom: from, histogramTo: to } = cursor;
  const first = series.histograms[from];
  const increase = to - from < 2 ? undefined : histogramIncrease(call, kind, resets);
  if (!first || !increase) return;
  const factor = extrapolation(
    call,
    kind,
    series.histogramTimes[from] ?? 0,
    series.histogramTimes[to - 1] ?? 0,
    to - from,
    first.count,
    increase.totalCount,
  );
  setHistogram(row, step, increase.scale(factor).setHint('gauge').toHistogram());
};

/** Returns the increase over a window of histograms; undefined, with a warning, when they do not fit together. */
const histogramIncrease = (
  call: RangeCall,
  { isCounter }: RateKind,
  resets: HistogramResets,
): HistogramSum | undefined => {
  const { annotations, position, series, cursor } = call;
  const { histograms, labels } = series;
  const { histogramFrom: from, histogramTo: to } = cursor;
  const [first, last] = [histograms[from], histograms[to - 1]];
  if (!first || !last) return undefined;
  const bothAreGauges = first.counterResetHint === 'gauge' && last.counterResetHint === 'gauge';
  if (isCounter && isAnyGauge(histograms, from, to)) {
    annotations.warn(`this native histogram metric is not a counter: "${labels.metricName}"`, position);
  }
  // After a reset nothing of the first histogram matters, its buckets neither.
  const startsAnew = isCounter && resets.isAt(from + 1);
  const sum = new HistogramSum(last);
  for (let at = startsAnew ? from + 1 : from; at < to; at = isCounter ? at + 1 : to) {
    const histogram = histograms[at];
    if (!histogram || !sum.accepts(histogram)) {
      warnOfMixedBuckets(call);
      return undefined;
    }
    sum.reduceTo(histogram.schema);
  }
  const add = (histogram: NativeHistogram | undefined, sign: 1 | -1) => {
    if (histogram && sum.add(histogram, sign).hasReconciledBounds) {
      informOfReconciledBounds(call, sign > 0 ? 'addition' : 'subtraction');
    }
  };
  if (!startsAnew) add(first, -1);
  if (isCounter) {
    for (let at = startsAnew ? from + 2 : from + 1; at < to; at++)
      if (resets.isAt(at)) add(histograms[at - 1], 1);
  } else if (!bothAreGauges) {
    annotations.warn(`this native histogram metric is not a gauge: "${labels.metricName}"`, position);
  }
  return sum.setHint('gauge');
};

const isAnyGauge = (histograms: readonly NativeHistogram[], from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (histograms[at]?.counterResetHint === 'gauge') return true;
  return false;
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
