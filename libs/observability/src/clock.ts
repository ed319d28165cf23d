import type { HrTime } from '@opentelemetry/api';

/** Maximum difference, in milliseconds, between the clocks of the process and the machine before the former is reset. */
const TOLERANCE_MILLIS = 2;

let startOfProcess = performance.timeOrigin;

/**
 * Now, in milliseconds since 1970 with fractions. `Date.now()` has none, so that spans that begin within a millisecond
 * would have no order; `performance.now()` does not notice when the machine's clock is set. Spans and log lines share it,
 * so that the time of a line lies within the span in which it was written.
 */
export const epochMillis = (now = performance.now()): number => {
  const wall = Date.now();
  const estimate = startOfProcess + now;
  // The wall clock is truncated to whole milliseconds.
  const behind = wall - estimate;
  if (behind < TOLERANCE_MILLIS && behind > -TOLERANCE_MILLIS) return estimate;
  startOfProcess = wall - now;
  return wall;
};

/** Seconds and nanoseconds. */
export const toHrTime = (millis: number): HrTime => {
  const seconds = Math.floor(millis / 1000);
  const nanos = Math.round((millis - seconds * 1000) * 1e6);
  return nanos === 1e9 ? [seconds + 1, 0] : [seconds, nanos];
};
