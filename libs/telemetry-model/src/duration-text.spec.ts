import { describe, expect, it } from '@jest/globals';
import { formatDuration } from './duration-text.js';

describe('formatDuration', () => {
  it.each([
    [0n, '0 ns'],
    [850n, '850 ns'],
    [1_000n, '1 µs'],
    [12_345n, '12.3 µs'],
    [182_400_000n, '182 ms'],
    [3_021_000_000n, '3.02 s'],
    [59_940_000_000n, '59.9 s'],
    [125_000_000_000n, '2 m 5 s'],
    [3_720_000_000_000n, '1 h 2 m'],
    [273_600_000_000_000n, '3 d 4 h'],
    [172_800_000_000_000n, '2 d'],
  ])('formatDuration formats %s ns as %s', (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text);
  });

  it('formatDuration uses the next unit if rounding reaches it', () => {
    expect(formatDuration(999_950n)).toBe('1 ms');
    expect(formatDuration(59_960_000_000n)).toBe('1 m');
  });

  it('formatDuration formats the duration of a span that ends before it starts as negative', () => {
    expect(formatDuration(-35_000_000n)).toBe('−35 ms');
  });
});
