import { lookbackMillis, lookbacksWith } from './lookback.js';

/** Either a span of time that ends now, whenever that is, or fixed times in microseconds. */
export type TimeRange =
  | { readonly kind: 'lookback'; readonly lookback: string; readonly millis: number }
  | { readonly kind: 'fixed'; readonly startMicros: bigint; readonly endMicros: bigint };

/** Microseconds since 1970. */
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
 * Reads `lookback`, or `start` and `end` in microseconds, from an address. Fixed times win: Jaeger's links carry both,
 * and mean the times.
 */
export const readTimeRange = (params: URLSearchParams, defaultLookback: string): TimeRange => {
  const [start, end] = [params.get('start') ?? '', params.get('end') ?? ''];
  if (/^\d{1,16}$/.test(start) && /^\d{1,16}$/.test(end) && BigInt(start) < BigInt(end)) {
    return { kind: 'fixed', startMicros: BigInt(start), endMicros: BigInt(end) };
  }
  const lookback = params.get('lookback') ?? '';
  return lookbackRange(lookbackMillis(lookback) === undefined ? defaultLookback : lookback);
};

/** What {@link readTimeRange} reads as this range; undefined where the default says it. */
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

/** The time of the same length that ends where this one begins. */
export const rangeBefore = ({ startMicros, endMicros }: ResolvedRange): ResolvedRange => ({
  startMicros: startMicros - (endMicros - startMicros),
  endMicros: startMicros,
});

/** For the keys of queries, which hold no bigint. */
export const rangeKey = (range: TimeRange): string =>
  range.kind === 'lookback' ? range.lookback : `${range.startMicros}-${range.endMicros}`;

/** `in the last hour`, `in this time`: as it ends a sentence. */
export const rangePhrase = (range: TimeRange): string => {
  if (range.kind === 'fixed') return 'in this time';
  const { lookback } = range;
  const known = lookbacksWith(lookback).find(({ value }) => value === lookback);
  return `in the ${known?.label.toLowerCase() ?? lookback}`;
};

export const rfc3339 = (micros: bigint): string => {
  const millis = new Date(Number(micros / 1_000n)).toISOString();
  return millis.replace('Z', `${(micros % 1_000n).toString().padStart(3, '0')}Z`);
};
