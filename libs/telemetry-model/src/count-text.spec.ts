import { describe, expect, it } from '@jest/globals';
import { formatCounted, formatShare } from './count-text.js';

describe('formatCounted', () => {
  it('formatCounted uses singular and plural', () => {
    expect([0, 1, 12_345].map((count) => formatCounted(count, 'span'))).toEqual([
      '0 spans',
      '1 span',
      '12,345 spans',
    ]);
  });
});

describe('formatShare', () => {
  it.each([
    [0n, 10n, '0 %'],
    [1n, 10_000n, '< 1 %'],
    [1n, 3n, '33 %'],
    [9_999n, 10_000n, '99 %'],
    [10n, 10n, '100 %'],
    [1n, 0n, '0 %'],
  ])('formatShare formats %s of %s as %s', (part, whole, text) => {
    expect(formatShare(part, whole)).toBe(text);
  });
});
