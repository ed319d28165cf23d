import { at } from '@lantern/telemetry-model';

/** Where there is no row. */
export const NO_ROW = -1;

/** The next row that bears a flag, behind the last one the first again. */
export const nextFlagged = (flags: Uint8Array, here: number, direction: 1 | -1): number => {
  const { length } = flags;
  const start = here === NO_ROW && direction === -1 ? 0 : here;
  for (let i = 1; i <= length; i++) {
    const row = (start + i * direction + length * 2) % length;
    if (at(flags, row) === 1) return row;
  }
  return NO_ROW;
};

/** The span before or behind another one among the rows of the waterfall; at an end, that one. */
export const nextSpan = (rows: Int32Array, here: number, direction: 1 | -1): number => {
  const spans = rows.filter((row) => row >= 0);
  const next = spans.indexOf(here) + direction;
  return spans[Math.min(spans.length - 1, Math.max(0, next))] ?? NO_ROW;
};
