import { expect, it } from '@jest/globals';
import { formatMillis, formatPercent, formatRate } from './rate.js';

it.each([
  [0, '0 %'],
  [0.0004, '< 0.1 %'],
  [0.02, '2 %'],
  [0.0234, '2.3 %'],
  [0.0999, '10 %'],
  [0.123, '12 %'],
  [1, '100 %'],
])('formatPercent formats the share %p as %s', (share, text) => {
  expect(formatPercent(share)).toBe(text);
});

it('formatRate formats rates with three digits', () => {
  expect([0.04167, 12.46, 1_239].map(formatRate)).toEqual(['0.0417/s', '12.5/s', '1,240/s']);
});

it('formatMillis formats percentiles with the two significant digits of their buckets', () => {
  expect([0, 0.85, 27.8, 182.3, 3_020].map(formatMillis)).toEqual([
    '0 ms',
    '850 µs',
    '28 ms',
    '180 ms',
    '3 s',
  ]);
});
