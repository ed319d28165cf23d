import { mapKey, type NativeHistogram, type SeriesLabels } from '@lantern/telemetry-model';
import { addHistograms } from './exponential-histogram.js';

/** Maximum number of series whose deltas are added up. */
const MAX_TOTALS = 100_000;

interface Total<Value> {
  readonly value: Value;
  readonly timeMillis: number;
}

/** Running totals of series that arrive as deltas, because Prometheus' queries need cumulative counters. */
export class DeltaTotals {
  private readonly numbers = new Map<string, Total<number>>();
  private readonly histograms = new Map<string, Total<NativeHistogram>>();

  /**
   * Adds a delta to the total of its series. A point that is not newer than the last one is a repeated request and leaves
   * the total as it is.
   */
  add(labels: SeriesLabels, timeMillis: number, delta: number): number {
    return this.next(this.numbers, labels, timeMillis, delta, (total) => total + delta);
  }

  addHistogram(labels: SeriesLabels, timeMillis: number, delta: NativeHistogram): NativeHistogram {
    return this.next(this.histograms, labels, timeMillis, delta, (total) => addHistograms(total, delta));
  }

  private next<Value>(
    totals: Map<string, Total<Value>>,
    labels: SeriesLabels,
    timeMillis: number,
    first: Value,
    sum: (total: Value) => Value,
  ): Value {
    const key = mapKey(labels.key);
    const total = totals.get(key);
    if (total && timeMillis <= total.timeMillis) return total.value;
    const value = total ? sum(total.value) : first;
    // The series that was added to least recently begins again from zero, which queries see as a reset.
    totals.delete(key);
    if (totals.size >= MAX_TOTALS) totals.delete(totals.keys().next().value ?? '');
    totals.set(key, { value, timeMillis });
    return value;
  }
}
