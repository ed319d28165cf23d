import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sortInSteps } from './sort-in-steps.js';

/** Returns the sorted items and the number of comparisons in each step. */
const sorted = <Item>(items: readonly Item[], compare: (a: Item, b: Item) => number) => {
  const comparisons = [0];
  const steps = sortInSteps(items, (a: Item, b: Item) => {
    comparisons[comparisons.length - 1] = (comparisons.at(-1) ?? 0) + 1;
    return compare(a, b);
  });
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { items: value, comparisons };
    comparisons.push(0);
  }
};

describe('Sorting in steps', () => {
  it('Sorting in steps gives the order of a stable sort', () => {
    const byFirst = ([a]: readonly number[], [b]: readonly number[]) => (a ?? 0) - (b ?? 0);
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 600 }), (numbers) => {
        const items = numbers.map((number, at) => [number, at] as const);
        expect(sorted(items, byFirst).items).toEqual(items.toSorted(byFirst));
      }),
    );
  });

  it('Each step of a sort compares at most a bounded number of pairs, however many items there are', () => {
    const items = Array.from({ length: 50_000 }, (_, at) => (at * 7_919) % 50_000);
    const { items: found, comparisons } = sorted(items, (a, b) => a - b);
    expect(found[49_999]).toBe(49_999);
    expect(Math.max(...comparisons)).toBeLessThanOrEqual(1_024);
  });
});
