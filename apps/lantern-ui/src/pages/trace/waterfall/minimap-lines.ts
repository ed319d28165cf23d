import { at, durationOf, type SpanTable } from '@lantern/telemetry-model';

/** Line of the minimap: a span that represents adjacent rows. */
export interface MinimapLine {
  readonly row: number;
  /** Vertical position, as a share of the height. */
  readonly y: number;
  /** First of the adjacent rows in which an error originated; -1 for none. */
  readonly failed: number;
}

/**
 * Returns the longest span of each group of adjacent rows, so that the cost of drawing does not depend on the size of
 * the trace.
 */
export const minimapLines = (table: SpanTable, most: number): MinimapLine[] => {
  const stretch = Math.max(1, Math.ceil(table.length / most));
  const lines: MinimapLine[] = [];
  for (let first = 0; first < table.length; first += stretch) {
    const end = Math.min(table.length, first + stretch);
    let longest = first;
    let failed = -1;
    for (let row = first; row < end; row++) {
      if (durationOf(table, row) > durationOf(table, longest)) longest = row;
      if (failed === -1 && at(table.isError, row) === 1 && at(table.errorsBelow, row) === 0) failed = row;
    }
    lines.push({ row: longest, y: first / table.length, failed });
  }
  return lines;
};
