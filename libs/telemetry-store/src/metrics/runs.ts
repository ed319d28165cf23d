import type { HistogramSamples, NativeHistogram } from '@lantern/telemetry-model';
import { wordsOf } from './double-words.js';
import { lowerBound } from './series-table.js';

/** Samples of one series, ascending by time: part of an answer. */
export interface Run {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Index of the first sample within the range, and of the first one beyond. */
  readonly from: number;
  readonly to: number;
}

/** Histograms of one series, in the order of their arrival. */
export interface HistogramRun {
  readonly times: readonly number[];
  readonly histograms: readonly NativeHistogram[];
}

/** Returns the part of a run within the inclusive range; undefined without samples there. */
export const runWithin = (
  times: Float64Array,
  values: Float64Array,
  range: { readonly startMillis: number; readonly endMillis: number },
  count = times.length,
): Run | undefined => {
  const from = lowerBound(times, range.startMillis, count);
  let to = from;
  if (to < count && (times[count - 1] ?? 0) <= range.endMillis) to = count;
  else to = lowerBound(times, range.endMillis + 0.5, count);
  return from < to ? { times, values, from, to } : undefined;
};

/** Joins runs into one. Of several samples for one time, that of the first run counts. */
export const joinRuns = (runs: readonly Run[]): { timestamps: Float64Array; values: Float64Array } => {
  const length = runs.reduce((sum, { from, to }) => sum + to - from, 0);
  const timestamps = new Float64Array(length);
  const values = new Float64Array(length);
  let at = 0;
  let isAscending = true;
  for (const run of runs) {
    const { times, from, to } = run;
    if (at > 0 && (timestamps[at - 1] ?? 0) >= (times[from] ?? 0)) isAscending = false;
    timestamps.set(times.subarray(from, to), at);
    values.set(run.values.subarray(from, to), at);
    at += to - from;
  }
  return isAscending ? { timestamps, values } : sortSamples(timestamps, values);
};

/** Sorts by time; the first of several samples for one time is kept. */
const sortSamples = (
  times: Float64Array,
  values: Float64Array,
): { timestamps: Float64Array; values: Float64Array } => {
  const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const timestamps = new Float64Array(times.length);
  const sorted = new Float64Array(times.length);
  const [from, to] = [wordsOf(values), wordsOf(sorted)];
  let count = 0;
  for (const i of order) {
    const time = times[i] ?? 0;
    if (count > 0 && timestamps[count - 1] === time) continue;
    timestamps[count] = time;
    to[2 * count] = from[2 * i] ?? 0;
    to[2 * count + 1] = from[2 * i + 1] ?? 0;
    count++;
  }
  return { timestamps: timestamps.slice(0, count), values: sorted.slice(0, count) };
};

/** Joins histograms of several runs as {@link joinRuns} does. */
export const joinHistograms = (runs: readonly HistogramRun[]): HistogramSamples | undefined => {
  const byTime = new Map<number, NativeHistogram>();
  for (const { times, histograms } of runs) {
    for (const [i, time] of times.entries()) {
      const histogram = histograms[i];
      if (histogram && !byTime.has(time)) byTime.set(time, histogram);
    }
  }
  if (byTime.size === 0) return undefined;
  const timestamps = Float64Array.from(byTime.keys()).sort();
  return {
    timestamps,
    histograms: Array.from(timestamps, (time) => byTime.get(time)).filter((item) => item !== undefined),
  };
};
