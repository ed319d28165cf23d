import { durationOf } from './call-tree.js';
import { at } from './column.js';
import type { SpanTable } from './span-table.js';

/** What the spans of one group amount to. Times are nanoseconds. */
export interface GroupStatistics {
  /** The number that the group's spans bear. */
  readonly group: number;
  readonly count: number;
  readonly errorCount: number;
  /** Summed over the spans, parallel ones each on their own. */
  readonly total: number;
  readonly average: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
  /** Summed. */
  readonly self: number;
  /** Summed: how long the end of the trace waited for the group. */
  readonly critical: number;
  /** The row of the longest span. */
  readonly longest: number;
}

/**
 * Statistics by group, in the order of the groups' numbers; groups without spans are left out. Percentiles are durations
 * that occur (nearest rank).
 */
export const spanStatistics = (
  table: SpanTable,
  groupOf: Uint32Array,
  times: { readonly self: Float64Array; readonly critical: Float64Array },
): GroupStatistics[] => {
  const rowsOf = new Map<number, number[]>();
  for (const [row, group] of groupOf.entries()) {
    const rows = rowsOf.get(group);
    if (rows === undefined) rowsOf.set(group, [row]);
    else rows.push(row);
  }
  return [...rowsOf]
    .sort(([a], [b]) => a - b)
    .map(([group, rows]) => {
      const durations = Float64Array.from(rows, (row) => durationOf(table, row));
      const longest = durations.reduce((best, value, i) => (value > at(durations, best) ? i : best), 0);
      const sum = (column: Float64Array | Uint8Array) =>
        rows.reduce((whole, row) => whole + at(column, row), 0);
      const total = durations.reduce((whole, value) => whole + value, 0);
      durations.sort();
      return {
        group,
        count: rows.length,
        errorCount: sum(table.isError),
        total,
        average: total / rows.length,
        min: at(durations, 0),
        median: nearestRank(durations, 0.5),
        p95: nearestRank(durations, 0.95),
        max: at(durations, rows.length - 1),
        self: sum(times.self),
        critical: sum(times.critical),
        longest: rows[longest] ?? 0,
      };
    });
};

const nearestRank = (sorted: Float64Array, quantile: number): number =>
  at(sorted, Math.max(0, Math.ceil(sorted.length * quantile) - 1));
