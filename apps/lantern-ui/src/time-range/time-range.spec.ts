import { describe, expect, it } from '@jest/globals';
import {
  lookbackRange,
  rangeBefore,
  rangeKey,
  rangePhrase,
  readTimeRange,
  resolveRange,
  rfc3339,
  timeRangeParams,
  type TimeRange,
} from './time-range.js';

const read = (query: string): TimeRange => readTimeRange(new URLSearchParams(query), '1h');

describe('a range of time in an address', () => {
  it('readTimeRange returns the lookback of the URL, or the default', () => {
    expect(read('lookback=2d')).toEqual(lookbackRange('2d'));
    expect(read('')).toEqual(lookbackRange('1h'));
    expect(read('lookback=custom')).toEqual(lookbackRange('1h'));
  });

  it('fixed times take precedence over a lookback', () => {
    const fixed = { kind: 'fixed', startMicros: 1_000n, endMicros: 2_000n };
    expect(read('lookback=1h&start=1000&end=2000')).toEqual(fixed);
    expect(read('lookback=2d&start=2000&end=1000')).toEqual(lookbackRange('2d'));
  });

  it.each(['', 'lookback=3h', 'lookback=custom&start=1000&end=2000'])(
    'timeRangeParams is the inverse of readTimeRange: %p',
    (query) => {
      const params = Object.entries(timeRangeParams(read(query), '1h')).filter(([, value]) => value);
      expect(new URLSearchParams(params as [string, string][]).toString()).toBe(query);
    },
  );
});

it('a lookback ends now, and the previous range has the same length', () => {
  const range = resolveRange(lookbackRange('1h'), 7_200_000);
  expect(range).toEqual({ startMicros: 3_600_000_000n, endMicros: 7_200_000_000n });
  expect(rangeBefore(range)).toEqual({ startMicros: 0n, endMicros: 3_600_000_000n });
});

it('a range has a phrase and a key', () => {
  const fixed: TimeRange = { kind: 'fixed', startMicros: 1n, endMicros: 2n };
  expect([rangePhrase(lookbackRange('1h')), rangePhrase(lookbackRange('90m')), rangePhrase(fixed)]).toEqual([
    'in the last hour',
    'in the last 90m',
    'in the selected time range',
  ]);
  expect([rangeKey(lookbackRange('1h')), rangeKey(fixed)]).toEqual(['1h', '1-2']);
  expect(rfc3339(1_700_000_000_123_456n)).toBe('2023-11-14T22:13:20.123456Z');
});
