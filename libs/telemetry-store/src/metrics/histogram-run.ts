import type { HistogramSamples, NativeHistogram } from '@lantern/telemetry-model';

/** Histograms of one series, in the order of their arrival. */
export interface HistogramRun {
  readonly times: readonly number[];
  readonly histograms: readonly NativeHistogram[];
}

/** Joins histograms of several runs. Of several histograms for one time, that of the first run counts. */
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
