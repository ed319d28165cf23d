import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantile } from './quantile.js';

/** Prometheus' definition, over sorted values. */
const quantileBySorting = (phi: number, values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b));
  const rank = phi * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.min(Math.floor(rank) + 1, sorted.length - 1)] ?? 0;
  const weight = rank - Math.floor(rank);
  return below * (1 - weight) + above * weight;
};

const anyValue = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: false }),
  fc.constantFrom(Infinity, -Infinity, Number.NaN),
);

describe('quantile', () => {
  it('equals the quantile of the sorted values for any window, also with equal values, NaN and infinities', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(20),
        (values, phi, skipped) => {
          const from = Math.min(skipped, values.length - 1);
          const before = [...values];
          const expected = quantileBySorting(phi, values.slice(from)) + 0;
          expect(quantile(phi, values, from, values.length) + 0).toBe(expected);
          expect(values).toEqual(before);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [-0.1, [1, 2], -Infinity],
    [1.1, [1, 2], Infinity],
    [Number.NaN, [1, 2], Number.NaN],
    [0.5, [], Number.NaN],
  ])('of φ = %p over %p is %p', (phi, values, expected) => {
    expect(quantile(phi, values)).toBe(expected);
  });

  it('selects in linear time also from sorted, reversed and equal values', () => {
    const ascending = Array.from({ length: 200_000 }, (_, index) => index);
    expect(quantile(0.5, ascending)).toBe(99_999.5);
    expect(quantile(0.5, ascending.toReversed())).toBe(99_999.5);
    expect(quantile(0.95, new Array<number>(200_000).fill(7))).toBe(7);
  });
});
