import { quantile, type NativeHistogram } from '@lantern/telemetry-model';
import { equalHistograms, isCounterReset } from '../histogram/compare-histograms.js';
import { HistogramMean } from '../histogram/histogram-mean.js';
import { PromqlEvaluationError } from './evaluation-error.js';
import { KahanSum } from '../histogram/kahan-sum.js';
import { setFloat, setHistogram } from './matrix.js';
import { mean } from './mean.js';
import { invalidQuantile, isInvalidQuantile } from './invalid-quantile.js';
import {
  informOfIgnoredHistograms,
  informOfReconciledBounds,
  warnOfMix,
  warnOfMixedBuckets,
  warnOfResetConflict,
  type RangeCall,
  type WindowFunction,
  type WindowFunctionFactory,
} from './range-call.js';
import { extrapolatedRate, lastDifference } from './rate.js';
import { MAX_DIRECT_WINDOW, SlidingFold, SlidingSum } from './sliding-fold.js';

/** Applies a function to the floats of each window. Histograms beside them are ignored, with an info. */
const overFloats =
  (prepare: (call: RangeCall) => (from: number, to: number, step: number) => number, minFloats = 1) =>
  (call: RangeCall): WindowFunction => {
    const compute = prepare(call);
    const { cursor, row } = call;
    return (step) => {
      const { from, to } = cursor;
      if (to > from && cursor.histogramTo > cursor.histogramFrom) informOfIgnoredHistograms(call);
      if (to - from >= minFloats) setFloat(row, step, compute(from, to, step));
    };
  };

/** Applies one function to windows of floats and another to windows of histograms. Mixed windows have no result. */
const overEither =
  (
    prepare: (call: RangeCall) => (from: number, to: number) => number,
    combine: (call: RangeCall, histograms: readonly NativeHistogram[]) => NativeHistogram | undefined,
  ) =>
  (call: RangeCall): WindowFunction => {
    const compute = prepare(call);
    const { cursor, row, series } = call;
    return (step) => {
      if (cursor.isMixed) {
        warnOfMix(call);
        return;
      }
      const { from, to } = cursor;
      if (to > from) {
        setFloat(row, step, compute(from, to));
        return;
      }
      const result = combine(call, series.histograms.slice(cursor.histogramFrom, cursor.histogramTo));
      if (result) setHistogram(row, step, result);
    };
  };

const sumOverTime = overEither(
  ({ series: { values } }) => {
    const direct = new KahanSum();
    let sliding: SlidingSum | undefined;
    return (from, to) => {
      let sum = direct;
      if (to - from > MAX_DIRECT_WINDOW) sum = (sliding ??= new SlidingSum(values)).sum(from, to);
      else {
        direct.reset();
        for (let at = from; at < to; at++) direct.add(values[at] ?? 0);
      }
      return sum.isInfinite ? sum.sum : sum.total;
    };
  },
  (call, histograms) => combineHistograms(call, histograms, 'sum'),
);

const avgOverTime = overEither(
  ({ series: { values } }) => {
    let sliding: SlidingSum | undefined;
    return (from, to) => {
      if (to - from > MAX_DIRECT_WINDOW) {
        const sum = (sliding ??= new SlidingSum(values)).sum(from, to);
        const count = to - from;
        if (Number.isFinite(sum.sum)) return sum.sum / count + sum.error / count;
      }
      return mean(values, from, to);
    };
  },
  (call, histograms) => combineHistograms(call, histograms, 'mean'),
);

const combineHistograms = (
  call: RangeCall,
  histograms: readonly NativeHistogram[],
  result: 'sum' | 'mean',
): NativeHistogram | undefined => {
  const [first, ...rest] = histograms;
  if (!first) return undefined;
  const combined = new HistogramMean(first);
  for (const histogram of rest) {
    if (!combined.accepts(histogram)) {
      warnOfMixedBuckets(call);
      return undefined;
    }
    combined.add(histogram, result);
  }
  if (combined.hasResetConflict) warnOfResetConflict(call, 'aggregation');
  if (combined.hasReconciledBounds) informOfReconciledBounds(call, 'aggregation');
  return result === 'sum' ? combined.toSum() : combined.toMean();
};

const smaller = (a: number, b: number): number => (b < a || Number.isNaN(a) ? b : a);
const larger = (a: number, b: number): number => (b > a || Number.isNaN(a) ? b : a);

const extreme = (combine: (a: number, b: number) => number) =>
  overFloats(({ series: { values } }) => {
    let sliding: SlidingFold | undefined;
    return (from, to) => {
      if (to - from > MAX_DIRECT_WINDOW) return (sliding ??= new SlidingFold(values, combine)).fold(from, to);
      let folded = values[from] ?? 0;
      for (let at = from + 1; at < to; at++) folded = combine(folded, values[at] ?? 0);
      return folded;
    };
  });

const timeOfExtreme = (isBetter: (value: number, best: number) => boolean) =>
  overFloats(({ series: { values, times } }) => (from, to) => {
    let best = from;
    for (let at = from; at < to; at++) {
      const bestValue = values[best] ?? 0;
      if (isBetter(values[at] ?? 0, bestValue) || Number.isNaN(bestValue)) best = at;
    }
    return (times[best] ?? 0) / 1_000;
  });

const varianceOf = (values: Float64Array, from: number, to: number): number => {
  const average = new KahanSum();
  const squares = new KahanSum();
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    const delta = value - average.total;
    average.add(delta / (at - from + 1));
    squares.add(delta * (value - average.total));
  }
  return squares.total / (to - from);
};

/** Returns slope and intercept, at a time, of the line with the least squared distance. */
const linearRegression = (
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  originMillis: number,
): readonly [slope: number, intercept: number] => {
  const count = to - from;
  const first = values[from] ?? 0;
  let isConstant = true;
  const [sumX, sumY, sumXY, sumXX] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()];
  for (let at = from; at < to; at++) {
    const y = values[at] ?? 0;
    if (y !== first) isConstant = false;
    const x = ((times[at] ?? 0) - originMillis) / 1_000;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (isConstant) return Number.isFinite(first) ? [0, first] : [Number.NaN, Number.NaN];
  const covariance = sumXY.total - (sumX.total * sumY.total) / count;
  const variance = sumXX.total - (sumX.total * sumX.total) / count;
  const slope = covariance / variance;
  return [slope, sumY.total / count - (slope * sumX.total) / count];
};

const smoothingFactor = (name: string, value: number): number => {
  if (value > 0 && value < 1) return value;
  const symbol = name === 'smoothing' ? 'sf' : 'tf';
  throw new PromqlEvaluationError(
    `invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: ${value.toFixed(6)}`,
  );
};

/** Holt's linear smoothing: a moving average that follows the trend. */
const doubleExponentialSmoothing = overFloats(
  ({ series: { values }, scalars }) =>
    (from, to, step) => {
      const smoothing = smoothingFactor('smoothing', scalars[0]?.[step] ?? 0);
      const trendFactor = smoothingFactor('trend', scalars[1]?.[step] ?? 0);
      let before = 0;
      let smoothed = values[from] ?? 0;
      let trend = (values[from + 1] ?? 0) - smoothed;
      for (let at = from + 1; at < to; at++) {
        if (at > from + 1) trend = trendFactor * (smoothed - before) + (1 - trendFactor) * trend;
        before = smoothed;
        smoothed = smoothing * (values[at] ?? 0) + (1 - smoothing) * (smoothed + trend);
      }
      return smoothed;
    },
  2,
);

const medianDeviation = overFloats(({ series: { values } }) => (from, to) => {
  const window = values.slice(from, to);
  if (window.some(Number.isNaN)) return Number.NaN;
  const median = quantile(0.5, window);
  return quantile(
    0.5,
    window.map((value) => Math.abs(value - median)),
  );
});

const quantileOverTime = overFloats(
  ({ series: { values }, scalars, annotations, position }) =>
    (from, to, step) => {
      const phi = scalars[0]?.[step] ?? Number.NaN;
      if (isInvalidQuantile(phi)) annotations.warn(invalidQuantile(phi), position);
      return quantile(phi, values, from, to);
    },
);

/** Calls `visit` for each pair of successive samples of a window, floats and histograms in the order of time. */
const successivePairs = (
  { cursor, series }: RangeCall,
  visit: (current: number | NativeHistogram, previous: number | NativeHistogram) => void,
): void => {
  let [float, histogram] = [cursor.from, cursor.histogramFrom];
  let previous: number | NativeHistogram | undefined;
  while (float < cursor.to || histogram < cursor.histogramTo) {
    const floatTime = float < cursor.to ? (series.times[float] ?? 0) : Infinity;
    const histogramTime = histogram < cursor.histogramTo ? (series.histogramTimes[histogram] ?? 0) : Infinity;
    const current = floatTime < histogramTime ? series.values[float++] : series.histograms[histogram++];
    if (current !== undefined && previous !== undefined) visit(current, previous);
    previous = current;
  }
};

/** Counts the samples for which a test against the one before is true. Counts of floats are summed up once for all windows. */
const countPairs =
  (
    floats: (current: number, previous: number) => boolean,
    histograms: (current: NativeHistogram, previous: NativeHistogram) => boolean,
  ): WindowFunctionFactory =>
  (call) => {
    const { cursor, row, series } = call;
    if (series.histograms.length > 0) {
      return (step) => {
        let count = 0;
        successivePairs(call, (current, previous) => {
          if (typeof current === 'number' && typeof previous === 'number') {
            if (floats(current, previous)) count++;
          } else if (typeof current === 'number' || typeof previous === 'number') count++;
          else if (histograms(current, previous)) count++;
        });
        setFloat(row, step, count);
      };
    }
    const { values } = series;
    const prefix = new Uint32Array(values.length);
    for (let at = 1; at < values.length; at++) {
      const isCounted = floats(values[at] ?? 0, values[at - 1] ?? 0);
      prefix[at] = (prefix[at - 1] ?? 0) + (isCounted ? 1 : 0);
    }
    return (step) => setFloat(row, step, (prefix[cursor.to - 1] ?? 0) - (prefix[cursor.from] ?? 0));
  };

/** Reads the first or the last sample of a window. */
const edgeSample =
  (edge: 'first' | 'last', field: 'value' | 'time'): WindowFunctionFactory =>
  ({ cursor, row, series }) =>
  (step) => {
    const float = edge === 'first' ? cursor.from : cursor.to - 1;
    const histogramAt = edge === 'first' ? cursor.histogramFrom : cursor.histogramTo - 1;
    const floatTime = cursor.floatCount > 0 ? (series.times[float] ?? 0) : undefined;
    const histogram = cursor.histogramCount > 0 ? series.histograms[histogramAt] : undefined;
    const histogramTime = series.histogramTimes[histogramAt] ?? 0;
    const isFloat =
      floatTime !== undefined &&
      (!histogram || (edge === 'first' ? floatTime < histogramTime : floatTime > histogramTime));
    if (field === 'time') setFloat(row, step, (isFloat ? floatTime : histogramTime) / 1_000);
    else if (isFloat) setFloat(row, step, series.values[float] ?? 0);
    else if (histogram) setHistogram(row, step, histogram);
  };

const isChange = (current: number, previous: number): boolean =>
  current !== previous && !(Number.isNaN(current) && Number.isNaN(previous));

/** Functions over ranges, by name. */
export const WINDOW_FUNCTIONS: Readonly<Record<string, WindowFunctionFactory>> = {
  absent_over_time:
    ({ row }) =>
    (step) =>
      setFloat(row, step, 1),
  avg_over_time: avgOverTime,
  changes: countPairs(isChange, (current, previous) => !equalHistograms(current, previous)),
  count_over_time:
    ({ cursor, row }) =>
    (step) =>
      setFloat(row, step, cursor.floatCount + cursor.histogramCount),
  delta: extrapolatedRate({ isCounter: false, isPerSecond: false }),
  deriv: overFloats(
    ({ series: { times, values } }) =>
      (from, to) =>
        linearRegression(times, values, from, to, times[from] ?? 0)[0],
    2,
  ),
  double_exponential_smoothing: doubleExponentialSmoothing,
  first_over_time: edgeSample('first', 'value'),
  idelta: lastDifference(false),
  increase: extrapolatedRate({ isCounter: true, isPerSecond: false }),
  irate: lastDifference(true),
  last_over_time: edgeSample('last', 'value'),
  mad_over_time: medianDeviation,
  max_over_time: extreme(larger),
  min_over_time: extreme(smaller),
  predict_linear: overFloats(
    ({ series: { times, values }, scalars, timeOf }) =>
      (from, to, step) => {
        const [slope, intercept] = linearRegression(times, values, from, to, timeOf(step));
        return slope * (scalars[0]?.[step] ?? 0) + intercept;
      },
    2,
  ),
  present_over_time:
    ({ row }) =>
    (step) =>
      setFloat(row, step, 1),
  quantile_over_time: quantileOverTime,
  rate: extrapolatedRate({ isCounter: true, isPerSecond: true }),
  resets: countPairs((current, previous) => current < previous, isCounterReset),
  stddev_over_time: overFloats(
    ({ series: { values } }) =>
      (from, to) =>
        Math.sqrt(varianceOf(values, from, to)),
  ),
  stdvar_over_time: overFloats(
    ({ series: { values } }) =>
      (from, to) =>
        varianceOf(values, from, to),
  ),
  sum_over_time: sumOverTime,
  ts_of_first_over_time: edgeSample('first', 'time'),
  ts_of_last_over_time: edgeSample('last', 'time'),
  ts_of_max_over_time: timeOfExtreme((value, best) => value >= best),
  ts_of_min_over_time: timeOfExtreme((value, best) => value <= best),
};
