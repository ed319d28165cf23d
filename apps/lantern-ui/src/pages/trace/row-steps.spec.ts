import { describe, expect, it } from '@jest/globals';
import { nextFlagged, nextSpan, NO_ROW } from './row-steps.js';

describe('the next flagged row', () => {
  const flags = Uint8Array.of(0, 1, 0, 1, 0);

  it.each([
    [NO_ROW, 1, 1],
    [1, 1, 3],
    [2, 1, 3],
    [3, 1, 1],
    [NO_ROW, -1, 3],
    [3, -1, 1],
    [1, -1, 3],
    [0, -1, 3],
  ] as const)('from %i in direction %i is %i', (here, direction, next) => {
    expect(nextFlagged(flags, here, direction)).toBe(next);
  });

  it('is the same one when it is the only one, and none without flags', () => {
    expect(nextFlagged(Uint8Array.of(0, 1), 1, 1)).toBe(1);
    expect(nextFlagged(Uint8Array.of(0, 0), 1, 1)).toBe(NO_ROW);
    expect(nextFlagged(new Uint8Array(), NO_ROW, -1)).toBe(NO_ROW);
  });
});

describe('the next span', () => {
  // Rows 0 and 4 have an entry below them; rows 2 and 3 are hidden.
  const rows = Int32Array.of(0, -1, 1, 4, -2);

  it('steps over what was said, and stays at the ends', () => {
    expect([nextSpan(rows, 0, 1), nextSpan(rows, 1, 1), nextSpan(rows, 4, 1)]).toEqual([1, 4, 4]);
    expect([nextSpan(rows, 4, -1), nextSpan(rows, 0, -1)]).toEqual([1, 0]);
  });

  it('is the first when the cursor is on none of them', () => {
    expect([nextSpan(rows, NO_ROW, 1), nextSpan(rows, 2, 1)]).toEqual([0, 0]);
    expect(nextSpan(new Int32Array(), 0, 1)).toBe(NO_ROW);
  });
});
