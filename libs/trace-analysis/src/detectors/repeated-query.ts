import { formatCount, formatNanos } from '@lantern/telemetry-model';
import type { Call } from '../call.js';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';

/** Share of the trace that the repetitions have to take. */
const LEAST_SHARE = 0.05;

/**
 * Finds reads that one request sends again with the same values, although nothing was written to their tables in between.
 * Calls whose values the spans do not show are left out.
 */
export const detectRepeatedQueries: Detector = (facts) => {
  const found: Detection[] = [];
  for (const calls of facts.callsByOwner().values()) {
    if (calls.length < 2) continue;
    for (const group of repeatedReads(calls, (row) => facts.isError(row))) {
      const [first] = group;
      if (first === undefined || group.length < 2) continue;
      const nanos = group.map((call) => facts.timeOf(call));
      const nano = nanos.reduce((sum, time) => sum + time, 0);
      const share = facts.share(nano - Math.max(...nanos));
      if (share < LEAST_SHARE) continue;
      found.push({
        kind: 'repeated-query',
        share,
        rows: group.map(({ row }) => row).toSorted((a, b) => a - b),
        text:
          `${formatCount(group.length)} × ${codeText(first.label)} with the same values in ${codeText(facts.service(first.row))}: ` +
          `${formatNanos(nano)} of ${formatNanos(facts.table.duration)}; once would do.`,
      });
    }
  }
  return found;
};

const repeatedReads = (calls: readonly Call[], isError: (row: number) => boolean): Call[][] => {
  const repeated = new Set<Call[]>();
  const current = new Map<string, Call[]>();
  /** Keys of the current groups by table. */
  const keysOf = new Map<string, string[]>();
  for (const call of calls) {
    const { statement, exact, row } = call;
    if (statement === undefined || isError(row)) continue;
    if (!call.isRead) {
      // Rows that were read from these tables may have changed.
      for (const table of statement.tables) {
        for (const key of keysOf.get(table) ?? []) current.delete(key);
        keysOf.delete(table);
      }
      continue;
    }
    if (exact === undefined || statement.tables.length === 0) continue;
    const group = current.get(exact);
    if (group !== undefined) {
      group.push(call);
      repeated.add(group);
      continue;
    }
    current.set(exact, [call]);
    for (const table of statement.tables) {
      const keys = keysOf.get(table);
      if (keys === undefined) keysOf.set(table, [exact]);
      else keys.push(exact);
    }
  }
  return [...repeated];
};
