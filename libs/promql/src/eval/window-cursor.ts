import type { SelectorTimes } from './evaluation-context.js';
import type { RawSeries } from './raw-series.js';

/**
 * Moves a window over the samples of a series, step by step: those younger than the range and not younger than the step. Both
 * ends move forward only, so that all windows together cost as much as there are samples and steps.
 */
export class WindowCursor {
  /** Floats of the window: from `from` up to `to`, which is not in it. */
  from = 0;
  to = 0;
  /** Histograms of the window, likewise. */
  histogramFrom = 0;
  histogramTo = 0;
  /** Beginning of the window; a sample at this time is not in it. */
  startMillis = 0;
  endMillis = 0;
  /** Sum of the sizes of all windows so far. */
  samples = 0;
  /** Number of samples that were in any window. */
  read = 0;

  private readonly hasHistograms: boolean;

  constructor(
    readonly series: RawSeries,
    private readonly times: SelectorTimes,
    readonly rangeMillis: number,
  ) {
    this.hasHistograms = series.histograms.length > 0;
  }

  /** Moves to a step, and returns the number of samples in the window. */
  moveTo(step: number): number {
    const { times, values } = this.series;
    const end = this.times.firstMillis + step * this.times.intervalMillis;
    const start = end - this.rangeMillis;
    this.endMillis = end;
    this.startMillis = start;
    let { from, to } = this;
    const before = to;
    while (to < values.length && (times[to] ?? 0) <= end) to++;
    while (from < to && (times[from] ?? 0) <= start) from++;
    this.from = from;
    this.to = to;
    let count = to - from;
    this.read += to - Math.max(from, before);
    if (this.hasHistograms) count += this.moveHistograms(start, end);
    this.samples += count;
    return count;
  }

  private moveHistograms(start: number, end: number): number {
    const { histogramTimes } = this.series;
    const before = this.histogramTo;
    while (this.histogramTo < histogramTimes.length && (histogramTimes[this.histogramTo] ?? 0) <= end) {
      this.histogramTo++;
    }
    while (this.histogramFrom < this.histogramTo && (histogramTimes[this.histogramFrom] ?? 0) <= start) {
      this.histogramFrom++;
    }
    this.read += this.histogramTo - Math.max(this.histogramFrom, before);
    return this.histogramTo - this.histogramFrom;
  }

  get floatCount(): number {
    return this.to - this.from;
  }

  get histogramCount(): number {
    return this.histogramTo - this.histogramFrom;
  }

  /** Whether the window holds samples of both kinds. */
  get isMixed(): boolean {
    return this.to > this.from && this.histogramTo > this.histogramFrom;
  }
}
