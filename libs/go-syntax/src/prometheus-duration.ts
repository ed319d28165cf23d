import { parseGoDuration } from './duration.js';
import { GoSyntaxError } from './go-syntax-error.js';
import { goQuote } from './quote.js';

const PARTS = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

const DAY = 86_400_000n;
const MILLIS = [365n * DAY, 7n * DAY, DAY, 3_600_000n, 60_000n, 1_000n, 1n];
const MAX_NANOS = (1n << 63n) - 1n;

/**
 * Reads a duration as Prometheus does, for example `1h30m`, `7d` or `1w2d`; what is none of those may be one of
 * Go's, for example `1.5s`.
 *
 * @returns nanoseconds
 * @throws {GoSyntaxError}
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 */
export const parsePrometheusDuration = (text: string): bigint => {
  if (text === '') throw new GoSyntaxError('empty duration string');
  const [, ...parts] = PARTS.exec(text) ?? [];
  if (parts.length > 0) {
    // Digits beyond these are out of range in every unit.
    const nanos = parts.reduce(
      (sum, part, unit) =>
        sum + BigInt((part as string | undefined)?.slice(0, 25) ?? 0) * (MILLIS[unit] ?? 0n) * 1_000_000n,
      0n,
    );
    if (nanos > MAX_NANOS) throw new GoSyntaxError('duration out of range');
    return nanos;
  }
  try {
    return parseGoDuration(text);
  } catch {
    throw new GoSyntaxError(`not a valid duration string: ${goQuote(text)}`);
  }
};

const UNITS = [
  ['y', 365n * DAY, true],
  ['w', 7n * DAY, true],
  ['d', DAY, true],
  ['h', 3_600_000n, false],
  ['m', 60_000n, false],
  ['s', 1_000n, false],
  ['ms', 1n, false],
] as const;

/** As Prometheus writes it, in milliseconds: days, weeks and years only where nothing is left over. */
export const formatPrometheusDuration = (nanos: bigint): string => {
  let millis = nanos / 1_000_000n;
  if (millis === 0n) return '0s';
  let text = '';
  for (const [unit, size, exactly] of UNITS) {
    if (millis < size || (exactly && millis % size !== 0n)) continue;
    text += `${millis / size}${unit}`;
    millis %= size;
  }
  return text;
};
