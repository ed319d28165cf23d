import { describe, expect, it } from '@jest/globals';
import { selfIntervals, selfTimes } from './self-time.js';
import { drawTable, type DrawnSpan } from './testing/draw-span.js';

/** Returns the self intervals of the first root, with the times of the drawing. */
const selfOf = (...spans: DrawnSpan[]): [number, number][] => {
  const table = drawTable(...spans);
  const offset = Number(table.startUnixNano);
  return selfIntervals(table, 0).map(({ from, to }) => [from + offset, to + offset]);
};

describe('selfIntervals', () => {
  it('is the whole span when it has no children', () => {
    expect(selfOf({ id: 'a', start: 10, end: 20 })).toEqual([[10, 20]]);
  });

  it('does not contain the times of children', () => {
    // a  ├─────────┤
    // b    ├──┤
    // c         ├┤
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'b', parent: 'a', start: 12, end: 15 },
        { id: 'c', parent: 'a', start: 17, end: 18 },
      ),
    ).toEqual([
      [10, 12],
      [15, 17],
      [18, 20],
    ]);
  });

  it('subtracts overlapping children once', () => {
    // a  ├─────────┤
    // b   ├─────┤
    // c     ├─┤
    // d       ├───┤
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'b', parent: 'a', start: 11, end: 17 },
        { id: 'c', parent: 'a', start: 13, end: 15 },
        { id: 'd', parent: 'a', start: 15, end: 19 },
      ),
    ).toEqual([
      [10, 11],
      [19, 20],
    ]);
  });

  it('clips children to their parent', () => {
    // a      ├────┤
    // b   ├────┤
    // c          ├────┤
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'b', parent: 'a', start: 5, end: 13 },
        { id: 'c', parent: 'a', start: 18, end: 30 },
      ),
    ).toEqual([[13, 18]]);
  });

  it('ignores children before and after the span and of no or negative duration', () => {
    expect(
      selfOf(
        { id: 'a', start: 10, end: 20 },
        { id: 'before', parent: 'a', start: 1, end: 5 },
        { id: 'empty', parent: 'a', start: 12, end: 12 },
        { id: 'negative', parent: 'a', start: 14, end: 11 },
        { id: 'after', parent: 'a', start: 25, end: 30 },
      ),
    ).toEqual([[10, 20]]);
  });

  it('is empty for a span that ends before it starts', () => {
    expect(selfOf({ id: 'a', start: 10, end: 4 })).toEqual([]);
  });
});

describe('selfTimes', () => {
  it('sums the intervals of each span', () => {
    // a  ├─────────┤   10 - 3 - 2
    // b    ├──┤         3 - 1
    // c     ├┤          1
    // d         ├─┤     2
    expect([
      ...selfTimes(
        drawTable(
          { id: 'a', start: 10, end: 20 },
          { id: 'b', parent: 'a', start: 12, end: 15 },
          { id: 'c', parent: 'b', start: 13, end: 14 },
          { id: 'd', parent: 'a', start: 17, end: 19 },
        ),
      ),
    ]).toEqual([5, 2, 1, 2]);
  });
});
