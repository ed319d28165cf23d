import { StaleMarkers, type SeriesSamples } from '@lantern/telemetry-model';
import type { VectorSelector } from '../syntax/ast.js';
import { selectorTimes, type EvaluationContext, type SelectorTimes } from './evaluation-context.js';
import { RowAllocator, setFloat, setHistogram, type Matrix, type Row } from './matrix.js';
import { histogramSize } from './query-budget.js';
import { WORK_PER_ROW } from './query-pace.js';
import type { Steps } from './steps.js';

/** Which value of a sample a selector returns: `timestamp` reads the time of the sample itself. */
export type SampleField = 'value' | 'time';

/** What is done with the samples of a selector. */
export interface SelectorUse {
  readonly field?: SampleField;
  readonly functionName?: string;
}

/** Evaluates an instant selector: the newest sample at or before each step, unless it is too old or stale. */
export const evaluateSelector = async (
  selector: VectorSelector,
  steps: Steps,
  context: EvaluationContext,
  { field = 'value', functionName = '' }: SelectorUse = {},
): Promise<Matrix> => {
  const { source, lookbackMillis, budget, pace } = context;
  const times = selectorTimes(selector, steps, context);
  const range = { startMillis: times.firstMillis - lookbackMillis + 1, endMillis: times.lastMillis };
  const hints = { stepMillis: steps.count > 1 ? steps.intervalMillis : 0, rangeMillis: 0, functionName };
  const allocator = new RowAllocator(steps.count);
  const matrix: Matrix = [];
  for await (const chunk of source.select(selector.matchers, range, hints)) {
    for (const series of chunk) {
      const row = allocator.create(series.labels, false);
      const found = fillRow(row, series, times, lookbackMillis, field);
      const wait = pace.spend(WORK_PER_ROW + steps.count + series.timestamps.length);
      if (wait) await wait;
      budget.seriesTouched++;
      if (found === 0) {
        allocator.discard();
        continue;
      }
      budget.hold(found);
      budget.totalQueryableSamples += found;
      budget.samplesRead += found;
      matrix.push(row);
    }
    pace.check();
  }
  return matrix;
};

/** Fills a row, and returns the number of samples in it. */
const fillRow = (
  row: Row,
  series: SeriesSamples,
  { firstMillis, intervalMillis }: SelectorTimes,
  lookbackMillis: number,
  field: SampleField,
): number => {
  const { timestamps, values, histograms } = series;
  const markers = new StaleMarkers(values);
  const histogramTimes = histograms?.timestamps;
  let found = 0;
  let next = 0;
  let nextHistogram = 0;
  for (let step = 0; step < row.kinds.length; step++) {
    const time = firstMillis + step * intervalMillis;
    while (next < timestamps.length && (timestamps[next] ?? 0) <= time) next++;
    const floatTime = next === 0 ? -Infinity : (timestamps[next - 1] ?? 0);
    let histogramTime = -Infinity;
    if (histogramTimes) {
      while (nextHistogram < histogramTimes.length && (histogramTimes[nextHistogram] ?? 0) <= time)
        nextHistogram++;
      if (nextHistogram > 0) histogramTime = histogramTimes[nextHistogram - 1] ?? 0;
    }
    const sampleTime = Math.max(floatTime, histogramTime);
    if (sampleTime <= time - lookbackMillis) continue;
    if (histogramTime > floatTime) {
      const histogram = histograms?.histograms[nextHistogram - 1];
      if (!histogram) continue;
      if (field === 'time') setFloat(row, step, sampleTime / 1_000);
      else setHistogram(row, step, histogram);
      found += field === 'time' ? 1 : histogramSize(histogram);
    } else if (!markers.isAt(next - 1)) {
      setFloat(row, step, field === 'time' ? sampleTime / 1_000 : (values[next - 1] ?? 0));
      found++;
    }
  }
  return found;
};
