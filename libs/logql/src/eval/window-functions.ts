import type { RangeOperation } from '../ast.js';
import { quantile } from '@lantern/telemetry-model';

/** The samples of one series, in the order of time. */
export interface Samples {
  /** Nanoseconds since the beginning of the first window. */
  readonly times: number[];
  readonly values: number[];
}

/** A window over samples: those from `from` up to `to`, which is not in it. At least one. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** On the scale of the samples' times. */
  readonly endNanos: number;
  readonly intervalNanos: number;
}

type WindowFunction = (samples: Samples, window: Window) => number;

/** Returns the function that an aggregation applies to each window of unwrapped values. */
export const windowFunction = (operation: RangeOperation, parameter: number): WindowFunction => {
  switch (operation) {
    case 'count_over_time':
      return (_, { from, to }) => to - from;
    case 'sum_over_time':
    case 'bytes_over_time':
      return sum;
    case 'rate':
    case 'bytes_rate':
      return (samples, window) => sum(samples, window) / (window.intervalNanos / 1e9);
    case 'rate_counter':
      return counterRate;
    case 'avg_over_time':
      return average;
    case 'min_over_time':
      return (samples, window) => extreme(samples, window, (a, b) => a < b);
    case 'max_over_time':
      return (samples, window) => extreme(samples, window, (a, b) => a > b);
    case 'stddev_over_time':
      return (samples, window) => Math.sqrt(variance(samples, window));
    case 'stdvar_over_time':
      return variance;
    case 'quantile_over_time':
      return ({ values }, { from, to }) => quantile(parameter, values, from, to);
    case 'first_over_time':
      return ({ values }, { from }) => values[from] ?? 0;
    case 'last_over_time':
      return ({ values }, { to }) => values[to - 1] ?? 0;
    case 'absent_over_time':
      return () => 1;
  }
};

const sum: WindowFunction = ({ values }, { from, to }) => {
  let total = 0;
  for (let at = from; at < to; at++) total += values[at] ?? 0;
  return total;
};

/** A running mean, so that large values do not overflow. */
const average: WindowFunction = ({ values }, { from, to }) => {
  let mean = 0;
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    const count = at - from + 1;
    if (!Number.isFinite(mean) && !Number.isFinite(value) && Math.sign(mean) === Math.sign(value)) continue;
    if (!Number.isFinite(mean) && Number.isFinite(value)) continue;
    mean += value / count - mean / count;
  }
  return mean;
};

const extreme = (
  { values }: Samples,
  { from, to }: Window,
  beats: (a: number, b: number) => boolean,
): number => {
  let best = values[from] ?? 0;
  for (let at = from + 1; at < to; at++) {
    const value = values[at] ?? 0;
    if (beats(value, best) || Number.isNaN(best)) best = value;
  }
  return best;
};

/** Population variance by Welford's method. */
const variance: WindowFunction = ({ values }, { from, to }) => {
  let mean = 0;
  let squares = 0;
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    const delta = value - mean;
    mean += delta / (at - from + 1);
    squares += delta * (value - mean);
  }
  return squares / (to - from);
};

/**
 * Rate of increase of a counter that may reset to 0. Extrapolates from the first and last sample to the ends of the
 * window, as Prometheus does.
 */
const counterRate: WindowFunction = ({ times, values }, { from, to, endNanos, intervalNanos }) => {
  const count = to - from;
  if (count < 2) return 0;
  const [firstTime = 0, lastTime = 0] = [times[from], times[to - 1]];
  const [firstValue = 0, lastValue = 0] = [values[from], values[to - 1]];
  let rise = lastValue - firstValue;
  let previous = 0;
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    if (value < previous) rise += previous;
    previous = value;
  }
  const sampled = (lastTime - firstTime) / 1e9;
  const between = sampled / (count - 1);
  const limit = between * 1.1;
  let toStart = (firstTime - (endNanos - intervalNanos)) / 1e9;
  let toEnd = (endNanos - lastTime) / 1e9;
  if (toStart >= limit) toStart = between / 2;
  // The counter was 0 no earlier than this.
  if (rise > 0 && firstValue >= 0) toStart = Math.min(toStart, sampled * (firstValue / rise));
  if (toEnd >= limit) toEnd = between / 2;
  return (rise * ((sampled + toStart + toEnd) / sampled)) / (intervalNanos / 1e9);
};
