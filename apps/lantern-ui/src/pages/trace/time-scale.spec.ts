import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { percentAt, ticksOf } from './time-scale.js';

const start = 1_763_820_131_123_456_789n;
const scaleOf = (durationNano: bigint) => ({ startUnixNano: start, durationNano });

describe('percentAt', () => {
  it('keeps nanoseconds that a number of today’s time would lose', () => {
    expect(percentAt(scaleOf(4n), start + 1n)).toBe(25);
    expect(percentAt(scaleOf(4n), start + 2n)).toBe(50);
  });

  it('moves what lies outside to the edge', () => {
    expect(percentAt(scaleOf(10n), start - 5n)).toBe(0);
    expect(percentAt(scaleOf(10n), start + 50n)).toBe(100);
    expect(percentAt(scaleOf(10n), 0n)).toBe(0);
  });
});

describe('ticksOf', () => {
  it.each([
    [182_000_000n, [0, 50, 100, 150].map((ms) => BigInt(ms) * 1_000_000n)],
    [3_020_000_000n, [0, 1, 2, 3].map((s) => BigInt(s) * 1_000_000_000n)],
    [100_000_000_000n, [0, 30, 60, 90].map((s) => BigInt(s) * 1_000_000_000n)],
    [3n, [0n, 1n, 2n, 3n]],
    [1n, [0n, 1n]],
  ])('marks %s ns at round times', (durationNano, offsets) => {
    expect(ticksOf(scaleOf(durationNano), 5).map(({ offsetNano }) => offsetNano)).toEqual(offsets);
  });

  it('makes at least the start and never more than asked for', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 18n }),
        fc.integer({ min: 2, max: 12 }),
        (durationNano, most) => {
          const ticks = ticksOf(scaleOf(durationNano), most);
          expect(ticks.length).toBeGreaterThanOrEqual(1);
          expect(ticks.length).toBeLessThanOrEqual(most);
          expect(ticks.every(({ percent }) => percent >= 0 && percent <= 100)).toBe(true);
        },
      ),
    );
  });
});
