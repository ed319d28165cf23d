import { lookbackMillis, lookbacksWith } from './lookback.js';

/** Time range that ends now, or fixed times in microseconds. */
export type TimeRange =
  | { readonly kind: 'lookback'; readonly lookback: string; readonly millis: number }
  | { readonly kind: 'fixed'; readonly startMicros: bigint; readonly endMicros: bigint };

/** Fixed time range in microseconds since 1970. */
export interface ResolvedRange {
  readonly startMicros: bigint;
  readonly endMicros: bigint;
}

export const lookbackRange = (lookback: string): TimeRange => ({
  kind: 'lookback',
  lookback,
  millis: lookbackMillis(lookback) ?? 0,
});

/**
 * Parses `lookback`, or `start` and `end` in microseconds, from a URL. Fixed times take precedence: links of Jaeger
 * contain both and mean the times.
 */
export const readTimeRange = (params: URLSearchParams, defaultLookback: string): TimeRange => {
  const [start, end] = [params.get('start') ?? '', params.get('end') ?? ''];
  if (/^\d{1,16}$/.test(start) && /^\d{1,16}$/.test(end) && BigInt(start) < BigInt(end)) {
    return { kind: 'fixed', startMicros: BigInt(start), endMicros: BigInt(end) };
  }
  const lookback = params.get('lookback') ?? '';
  return lookbackRange(lookbackMillis(lookback) === undefined ? defaultLookback : lookback);
};

/** Returns the parameters of a range. Inverse of {@link readTimeRange}. Undefined for the default. */
export const timeRangeParams = (
  range: TimeRange | undefined,
  defaultLookback: string,
): Readonly<Record<'lookback' | 'start' | 'end', string | undefined>> =>
  range?.kind === 'fixed'
    ? { lookback: 'custom', start: String(range.startMicros), end: String(range.endMicros) }
    : {
        lookback: range?.lookback === defaultLookback ? undefined : range?.lookback,
        start: undefined,
        end: undefined,
      };

export const resolveRange = (range: TimeRange, nowMillis: number): ResolvedRange =>
  range.kind === 'fixed'
    ? range
    : {
        startMicros: BigInt(nowMillis - range.millis) * 1_000n,
        endMicros: BigInt(nowMillis) * 1_000n,
      };

/** Returns the previous range of the same length. */
export const rangeBefore = ({ startMicros, endMicros }: ResolvedRange): ResolvedRange => ({
  startMicros: startMicros - (endMicros - startMicros),
  endMicros: startMicros,
});

/** Returns the range as part of a query key, which cannot contain a bigint. */
export const rangeKey = (range: TimeRange): string =>
  range.kind === 'lookback' ? range.lookback : `${range.startMicros}-${range.endMicros}`;

/** Returns the range as the end of a sentence: `in the last hour`, `in the selected time range`. */
export const rangePhrase = (range: TimeRange): string => {
  if (range.kind === 'fixed') return 'in the selected time range';
  const { lookback } = range;
  const known = lookbacksWith(lookback).find(({ value }) => value === lookback);
  return `in the ${known?.label.toLowerCase() ?? lookback}`;
};

export const rfc3339 = (micros: bigint): string => {
  const millis = new Date(Number(micros / 1_000n)).toISOString();
  return millis.replace('Z', `${(micros % 1_000n).toString().padStart(3, '0')}Z`);
};
