import { StaleMarkers, type HistogramSamples, type SeriesSamples } from '@lantern/telemetry-model';
import type { VectorSelector } from '../syntax/ast.js';
import { selectorTimes, type EvaluationContext, type SelectorTimes } from './evaluation-context.js';
import { RowAllocator, setFloat, setHistogram, type Matrix, type Row } from './matrix.js';
import { histogramSize } from './query-budget.js';
import { withResetMark } from './reset-detection.js';
import type { Steps } from './steps.js';

/** Which value of a sample a selector returns: `timestamp` reads the time of the sample itself. */
export type SampleField = 'value' | 'time';

/** Use of the samples of a selector. */
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
  const use = { field, marksResets: context.marksResetsOf.has(selector) };
  for await (const chunk of source.select(selector.matchers, range, hints)) {
    for (const series of chunk) {
      const row = allocator.create(series.labels, false);
      const filler = new RowFiller(row, series, times, lookbackMillis, use);
      await pace.slices(steps.count, (from, to) => filler.fill(from, to));
      const wait = pace.spend(series.timestamps.length);
      if (wait) await wait;
      const { found } = filler;
      budget.seriesTouched++;
      if (found === 0) {
        allocator.discard();
        continue;
      }
      budget.hold(Math.max(found, steps.count));
      budget.totalQueryableSamples += found;
      budget.samplesRead += found;
      matrix.push(row);
    }
    pace.check();
  }
  return matrix;
};

/** Looks up the sample of one series at each step. */
class RowFiller {
  /** Number of samples that were found, histograms by their size. */
  found = 0;

  private readonly markers: StaleMarkers;
  /** Indexes behind the newest samples that a step has seen. */
  private next = 0;
  private nextHistogram = 0;

  constructor(
    private readonly row: Row,
    private readonly series: SeriesSamples,
    private readonly times: SelectorTimes,
    private readonly lookbackMillis: number,
    private readonly use: { readonly field: SampleField; readonly marksResets: boolean },
  ) {
    this.markers = new StaleMarkers(series.values);
  }

  /** Fills the cells of further steps. */
  fill(from: number, to: number): void {
    const { timestamps, histograms } = this.series;
    const { firstMillis, intervalMillis } = this.times;
    for (let step = from; step < to; step++) {
      const time = firstMillis + step * intervalMillis;
      while (this.next < timestamps.length && (timestamps[this.next] ?? 0) <= time) this.next++;
      const floatTime = this.next === 0 ? -Infinity : (timestamps[this.next - 1] ?? 0);
      const histogramTime = histograms ? this.newestHistogram(histograms, time) : -Infinity;
      if (Math.max(floatTime, histogramTime) <= time - this.lookbackMillis) continue;
      if (histogramTime > floatTime) this.setHistogram(step, histogramTime);
      else if (!this.markers.isAt(this.next - 1)) this.setFloat(step, floatTime);
    }
  }

  private newestHistogram({ timestamps }: HistogramSamples, time: number): number {
    while (this.nextHistogram < timestamps.length && (timestamps[this.nextHistogram] ?? 0) <= time) {
      this.nextHistogram++;
    }
    return this.nextHistogram === 0 ? -Infinity : (timestamps[this.nextHistogram - 1] ?? 0);
  }

  private setFloat(step: number, time: number): void {
    setFloat(
      this.row,
      step,
      this.use.field === 'time' ? time / 1_000 : (this.series.values[this.next - 1] ?? 0),
    );
    this.found++;
  }

  private setHistogram(step: number, time: number): void {
    const histograms = this.series.histograms?.histograms ?? [];
    const index = this.nextHistogram - 1;
    const histogram = this.use.marksResets ? withResetMark(histograms, index) : histograms[index];
    if (!histogram) return;
    if (this.use.field === 'time') setFloat(this.row, step, time / 1_000);
    else setHistogram(this.row, step, histogram);
    this.found += this.use.field === 'time' ? 1 : histogramSize(histogram);
  }
}
