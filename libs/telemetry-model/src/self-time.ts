import { at } from './column.js';
import type { SpanTable } from './span-table.js';

/** Interval in nanoseconds since the start of the trace; never empty. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * Returns the self time of a span as intervals: its duration without the times of its children, in order and without
 * overlaps. Children may overlap each other and may exceed their parent.
 *
 *     parent   ├──────────────┤
 *     child      ├───┤
 *     child        ├────┤
 *     child                 ├──────┤
 *     self     ├─┤      ├───┤
 */
export const selfIntervals = (table: SpanTable, row: number): Interval[] => {
  const intervals: Interval[] = [];
  eachSelfInterval(table, row, (from, to) => intervals.push({ from, to }));
  return intervals;
};

/** Returns the self time of each span in nanoseconds. Linear in the number of spans. */
export const selfTimes = (table: SpanTable): Float64Array => {
  const times = new Float64Array(table.length);
  for (let row = 0; row < table.length; row++) {
    let sum = 0;
    eachSelfInterval(table, row, (from, to) => (sum += to - from));
    times[row] = sum;
  }
  return times;
};

/** Returns the self time without a list of intervals: one pass over the children, which the table sorts by start. */
export const eachSelfInterval = (
  table: SpanTable,
  row: number,
  take: (from: number, to: number) => void,
): void => {
  const end = at(table.end, row);
  const behind = row + at(table.subtreeSize, row);
  let cursor = at(table.start, row);
  for (let child = row + 1; child < behind && cursor < end; child += at(table.subtreeSize, child)) {
    const childStart = at(table.start, child);
    const childEnd = at(table.end, child);
    if (childEnd <= cursor || childEnd <= childStart) continue;
    const busyFrom = Math.min(childStart, end);
    if (busyFrom > cursor) take(cursor, busyFrom);
    cursor = childEnd;
  }
  if (cursor < end) take(cursor, end);
};
