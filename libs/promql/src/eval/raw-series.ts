import {
  StaleMarkers,
  type NativeHistogram,
  type SeriesLabels,
  type SeriesSamples,
} from '@lantern/telemetry-model';
import { FLOAT, HISTOGRAM, type Row } from './matrix.js';
import { withResetMark } from './reset-detection.js';
import { stepTime, type Steps } from './steps.js';

/** Samples of one series with their own times: those of a range selector, or the steps of a subquery. No staleness markers. */
export interface RawSeries {
  readonly labels: SeriesLabels;
  readonly dropsName: boolean;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histogramTimes: Float64Array;
  readonly histograms: readonly NativeHistogram[];
}

const NO_TIMES = new Float64Array(0);

/** Returns the samples of a series without staleness markers, which are in no range. */
export const rawSeriesOf = (
  { labels, timestamps, values, histograms }: SeriesSamples,
  marksResets: boolean,
): RawSeries => {
  const own = histograms?.histograms ?? [];
  const base = {
    labels,
    dropsName: false,
    histogramTimes: histograms?.timestamps ?? NO_TIMES,
    histograms: marksResets ? own.map((each, index) => withResetMark(own, index) ?? each) : own,
  };
  const markers = new StaleMarkers(values);
  let stale = 0;
  for (let at = 0; at < values.length; at++) if (markers.isAt(at)) stale++;
  if (stale === 0) return { ...base, times: timestamps, values };
  const kept = {
    times: new Float64Array(values.length - stale),
    values: new Float64Array(values.length - stale),
  };
  let next = 0;
  for (let at = 0; at < values.length; at++) {
    if (markers.isAt(at)) continue;
    kept.times[next] = timestamps[at] ?? 0;
    kept.values[next++] = values[at] ?? 0;
  }
  return { ...base, ...kept };
};

/**
 * Returns the steps of a subquery as samples. Marks of counter resets are removed: the samples in between are not there, or are
 * there twice.
 */
export const rawSeriesOfRow = (row: Row, steps: Steps): RawSeries => {
  let floats = 0;
  let histogramCount = 0;
  for (const kind of row.kinds) {
    if (kind === FLOAT) floats++;
    else if (kind === HISTOGRAM) histogramCount++;
  }
  const times = new Float64Array(floats);
  const values = new Float64Array(floats);
  const histogramTimes = new Float64Array(histogramCount);
  const histograms: NativeHistogram[] = [];
  let next = 0;
  for (let step = 0; step < row.kinds.length; step++) {
    if (row.kinds[step] === FLOAT) {
      times[next] = stepTime(steps, step);
      values[next++] = row.values[step] ?? 0;
      continue;
    }
    const histogram = row.kinds[step] === HISTOGRAM ? row.histograms?.[step] : undefined;
    if (!histogram) continue;
    histogramTimes[histograms.length] = stepTime(steps, step);
    const { counterResetHint } = histogram;
    const isMarked = counterResetHint === 'reset' || counterResetHint === 'no-reset';
    histograms.push(isMarked ? { ...histogram, counterResetHint: 'unknown' } : histogram);
  }
  return { labels: row.labels, dropsName: row.dropsName, times, values, histogramTimes, histograms };
};
