import { describe, expect, it } from '@jest/globals';
import { LOOKBACKS, lookbackMillis, lookbacksWith } from './lookback.js';

describe('lookbackMillis', () => {
  it.each([
    ['5m', 300_000],
    ['2d', 172_800_000],
    ['4w', 2_419_200_000],
    ['custom', undefined],
    ['0h', undefined],
    ['-1h', undefined],
    ['', undefined],
  ])('lookbackMillis parses %s as %s', (text, millis) => {
    expect(lookbackMillis(text)).toBe(millis);
  });

  it('lookbackMillis parses every lookback on offer', () => {
    expect(LOOKBACKS.every(({ value }) => lookbackMillis(value) !== undefined)).toBe(true);
  });
});

describe('lookbacksWith', () => {
  it('lookbacksWith includes a lookback from a link', () => {
    expect(lookbacksWith('4w').at(-1)).toEqual({ value: '4w', label: 'Last 4w' });
    expect(lookbacksWith('1h')).toBe(LOOKBACKS);
    expect(lookbacksWith('custom')).toBe(LOOKBACKS);
  });
});
