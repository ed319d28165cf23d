import type { TraceFacts } from '../trace-facts.js';

/** Exporters truncate times, so a span may seem to start shortly before the one that it waited for ended. */
const TOLERANCE_NANOS = 2_000;

/**
 * Returns how many of the spans start when all earlier ones have ended:
 *
 *     ├──┤ ├──┤ ├──┤      3
 *     ├──┤ ├──┤           2: the third overlaps
 *           ├──┤
 *
 * @param rows sorted by start
 */
export const countSequential = (facts: TraceFacts, rows: readonly number[]): number => {
  let count = 0;
  let end = -Infinity;
  for (const row of rows) {
    if (facts.start(row) >= end - TOLERANCE_NANOS) count++;
    end = Math.max(end, facts.end(row));
  }
  return count;
};
