import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PeriodCell } from './summary.js';
import { CallPeriods } from './call-periods.js';
import { LatencyHistogram } from './latency-histogram.js';

const cellOf = (period: number, bucket: number, isError: boolean): PeriodCell => {
  const latency = new LatencyHistogram();
  latency.add(bucket);
  return { period, calls: 1, errors: isError ? 1 : 0, latency };
};

/** Periods of some hours around the beginning of one. */
const anyCell = fc
  .tuple(fc.integer({ min: 3_000, max: 5_000 }), fc.nat(3), fc.boolean())
  .map(([period, bucket, isError]) => cellOf(period, bucket, isError));

/** Sums the cells of each group of `groupWidth` periods; the result's `period` is the index of the group. */
const groupsOf = (groupWidth: number) => {
  const groups = new Map<number, PeriodCell>();
  const add = ({ period, calls, errors, latency }: PeriodCell): void => {
    const group = Math.floor(period / groupWidth);
    const sum = groups.get(group) ?? { period: group, calls: 0, errors: 0, latency: new LatencyHistogram() };
    groups.set(group, sum);
    sum.calls += calls;
    sum.errors += errors;
    sum.latency.addAll(latency);
  };
  const sorted = () =>
    [...groups.values()]
      .sort((a, b) => a.period - b.period)
      .map(({ latency, ...sum }) => ({ ...sum, latencies: latency.latencies() }));
  return { add, sorted };
};

describe('CallPeriods', () => {
  it('CallPeriods sums added and not subtracted calls over any range, in groups of any width', () => {
    fc.assert(
      fc.property(
        fc.array(anyCell, { maxLength: 60 }),
        fc.array(anyCell, { maxLength: 60 }),
        fc.tuple(fc.integer({ min: 2_900, max: 5_100 }), fc.nat(2_300)),
        fc.oneof(fc.constantFrom(1, 6, 60, 360, 720, 1e9), fc.integer({ min: 1, max: 1_000 })),
        (kept, dropped, [first, length], groupWidth) => {
          const periods = new CallPeriods();
          for (const cell of [...dropped, ...kept]) periods.add(cell);
          for (const cell of dropped) periods.add(cell, -1);
          const last = first + length;

          const expected = groupsOf(groupWidth);
          for (const cell of kept) if (cell.period >= first && cell.period <= last) expected.add(cell);
          const taken = groupsOf(groupWidth);
          periods.takeWithin(first, last, groupWidth, taken.add);
          expect(taken.sorted()).toEqual(expected.sorted());
        },
      ),
    );
  });

  it('CallPeriods reads a range of days in hours, except for its ends', () => {
    const periods = new CallPeriods();
    const [day, hour] = [8_640, 360];
    for (let period = 0; period < 2 * day; period++) periods.add(cellOf(period, 1, false));
    let cells = 0;
    periods.takeWithin(1, 2 * day - 2, 1e9, () => cells++);
    // 46 hours in between; at each end 59 minutes and 5 times 10 s.
    expect(cells).toBe((2 * day) / hour - 2 + 2 * (59 + 5));
  });

  it('CallPeriods keeps no cell of subtracted calls', () => {
    const periods = new CallPeriods();
    periods.add(cellOf(7, 1, true));
    periods.add(cellOf(7, 1, true), -1);
    let cells = 0;
    periods.takeWithin(0, 1e9, 1, () => cells++);
    expect(cells).toBe(0);
  });
});
