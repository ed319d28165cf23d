import { at, type SpanId } from '@lantern/telemetry-model';

/** Index that stands for no row. */
export const NO_ROW = -1;

/** Returns the next flagged row. Wraps around at the end. */
export const nextFlagged = (flags: Uint8Array, here: number, direction: 1 | -1): number => {
  const { length } = flags;
  const start = here === NO_ROW && direction === -1 ? 0 : here;
  for (let i = 1; i <= length; i++) {
    const row = (start + i * direction + length * 2) % length;
    if (at(flags, row) === 1) return row;
  }
  return NO_ROW;
};

/** Returns the previous or next span among the rows of the waterfall; at the ends the span itself. */
export const nextSpan = (rows: Int32Array, here: number, direction: 1 | -1): number => {
  const spans = rows.filter((row) => row >= 0);
  const next = spans.indexOf(here) + direction;
  return spans[Math.min(spans.length - 1, Math.max(0, next))] ?? NO_ROW;
};

/**
 * Returns the row of a span; -1 for none.
 *
 * @param chosen row to prefer among rows with the same ID
 */
export const rowOf = (spanIds: readonly SpanId[], spanId: SpanId | undefined, chosen = NO_ROW): number =>
  spanId === undefined ? NO_ROW : spanIds[chosen] === spanId ? chosen : spanIds.indexOf(spanId);
