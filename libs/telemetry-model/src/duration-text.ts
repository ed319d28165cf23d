import type { DurationNano } from './units.js';

/** Units, each with the value at which the next one takes over. */
const UNITS = [
  { name: 'ns', nanos: 1, below: 1_000 },
  { name: 'µs', nanos: 1e3, below: 1_000 },
  { name: 'ms', nanos: 1e6, below: 1_000 },
  { name: 's', nanos: 1e9, below: 60 },
] as const;

const SECOND = 1_000_000_000n;

/**
 * Formats a duration with three significant digits in the largest fitting unit: `850 ns`, `12.3 µs`, `182 ms`, `3.02
 * s`, `2 m 5 s`, `3 d 4 h`.
 */
export const formatDuration = (duration: DurationNano): string => {
  if (duration < 0n) return `−${formatDuration(-duration)}`;
  const nanos = Number(duration);
  for (const unit of UNITS) {
    const value = Number((nanos / unit.nanos).toPrecision(3));
    if (value < unit.below) return `${value} ${unit.name}`;
  }
  const seconds = (duration + SECOND / 2n) / SECOND;
  if (seconds < 3_600n) return pair(seconds / 60n, 'm', seconds % 60n, 's');
  if (seconds < 86_400n) return pair(seconds / 3_600n, 'h', (seconds % 3_600n) / 60n, 'm');
  return pair(seconds / 86_400n, 'd', (seconds % 86_400n) / 3_600n, 'h');
};

const pair = (major: bigint, majorUnit: string, minor: bigint, minorUnit: string): string =>
  minor === 0n ? `${major} ${majorUnit}` : `${major} ${majorUnit} ${minor} ${minorUnit}`;

/** Formats computed nanoseconds. */
export const formatNanos = (nanos: number): string => formatDuration(BigInt(Math.round(nanos)));
