import { at, durationOf, type SpanTable } from '@lantern/telemetry-model';

/** A span that stands for its neighbours in a picture of the whole trace. */
export interface MinimapLine {
  readonly row: number;
  /** From the top, as a share of the height. */
  readonly y: number;
  /** The first of the neighbours at which an error began; -1 for none. */
  readonly failed: number;
}

/** Of each stretch of rows the longest span, so that the picture costs the same for a trace of any size. */
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
