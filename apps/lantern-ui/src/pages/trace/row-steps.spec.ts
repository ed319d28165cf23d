import { describe, expect, it } from '@jest/globals';
import type { SpanId } from '@lantern/telemetry-model';
import { nextFlagged, nextSpan, NO_ROW, rowOf } from './row-steps.js';

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
  ] as const)('the next flagged row after %i in direction %i is %i', (here, direction, next) => {
    expect(nextFlagged(flags, here, direction)).toBe(next);
  });

  it('the next flagged row is the same one if it is the only one, and -1 without flags', () => {
    expect(nextFlagged(Uint8Array.of(0, 1), 1, 1)).toBe(1);
    expect(nextFlagged(Uint8Array.of(0, 0), 1, 1)).toBe(NO_ROW);
    expect(nextFlagged(new Uint8Array(), NO_ROW, -1)).toBe(NO_ROW);
  });
});

describe('the next span', () => {
  // Rows 0 and 4 have an entry below them; rows 2 and 3 are hidden.
  const rows = Int32Array.of(0, -1, 1, 4, -2);

  it('the next span skips entries, and stays at the ends', () => {
    expect([nextSpan(rows, 0, 1), nextSpan(rows, 1, 1), nextSpan(rows, 4, 1)]).toEqual([1, 4, 4]);
    expect([nextSpan(rows, 4, -1), nextSpan(rows, 0, -1)]).toEqual([1, 0]);
  });

  it('the next span is the first if the cursor is on none', () => {
    expect([nextSpan(rows, NO_ROW, 1), nextSpan(rows, 2, 1)]).toEqual([0, 0]);
    expect(nextSpan(new Int32Array(), 0, 1)).toBe(NO_ROW);
  });
});

it('the row of a span ID that spans share is the chosen one, and the first while none of them is chosen', () => {
  const [twin, other] = ['00000000000000aa', '00000000000000bb'] as SpanId[];
  const spanIds = [twin, other, twin] as SpanId[];
  expect([rowOf(spanIds, twin), rowOf(spanIds, twin, 2), rowOf(spanIds, twin, 1)]).toEqual([0, 2, 0]);
  expect([rowOf(spanIds, other, 2), rowOf(spanIds, undefined, 2)]).toEqual([1, NO_ROW]);
});
