import { durationOf } from './call-tree.js';
import { at } from './column.js';
import type { SpanTable } from './span-table.js';

/** Statistics of the spans in one group. Times are nanoseconds. */
export interface GroupStatistics {
  /** Number of the group. */
  readonly group: number;
  readonly count: number;
  readonly errorCount: number;
  /** Sum of the durations; parallel spans each count in full. */
  readonly total: number;
  readonly average: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
  /** Sum of the self times. */
  readonly self: number;
  /** Sum of the times on the critical path. */
  readonly critical: number;
  /** Row of the longest span. */
  readonly longest: number;
}

/**
 * Returns the statistics of each group with spans, in the order of the groups' numbers. Percentiles are durations of spans
 * (nearest rank).
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
