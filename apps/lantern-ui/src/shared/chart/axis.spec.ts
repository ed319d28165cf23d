import { describe, expect, it } from '@jest/globals';
import { axisTicks, stretches } from './axis.js';

describe('axisTicks', () => {
  it.each([
    [0, 9, [0, 5, 10]],
    [3, 100, [0, 50, 100]],
    [0, 0, [0, 0.5, 1]],
    [-3, 5, [-4, -2, 0, 2, 4, 6]],
  ])('the ticks of an axis from %s to %s are round', (least, most, ticks) => {
    expect(axisTicks(least, most)).toEqual(ticks);
  });

  it('an axis has few ticks for numbers of any size', () => {
    for (const most of [1e-9, 0.003, 7, 12_345, 8e12]) {
      const ticks = axisTicks(0, most);
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks.length).toBeLessThan(8);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
    }
  });
});

describe('stretches', () => {
  it('a line ends at a step without a sample', () => {
    expect(
      stretches(
        [
          [0, 1],
          [10, 2],
          [40, 3],
        ],
        10,
      ),
    ).toEqual([
      [
        [0, 1],
        [10, 2],
      ],
      [[40, 3]],
    ]);
  });
});
