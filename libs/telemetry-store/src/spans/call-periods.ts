import type { PeriodCell } from './summary.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Number of periods in a cell of each level: one for 10 s, six for a minute, 360 for an hour. */
const WIDTHS = [1, 6, 360] as const;
const HOURS = 2;

/**
 * Calls of one operation by start time, in periods of 10 s and totals of minutes and hours. A query over days reads
 * hours, and reads smaller cells only where its range or one of its periods cuts an hour.
 *
 * ```
 * one call at 10:59:50, one at 11:00:20   10 s     10:59:50 → 1, 11:00:20 → 1
 *                                         minutes  10:59 → 1, 11:00 → 1
 *                                         hours    10 → 1, 11 → 1
 * ```
 */
export class CallPeriods {
  /** Cells of each level, by their first period. */
  private readonly levels = WIDTHS.map(() => new Map<number, PeriodCell>());

  /** @param sign -1 to subtract a cell that was added */
  add({ period, calls, errors, latency }: PeriodCell, sign: 1 | -1 = 1): void {
    for (const [level, cells] of this.levels.entries()) {
      const first = period - (period % widthOf(level));
      let cell = cells.get(first);
      if (!cell) {
        cell = { period: first, calls: 0, errors: 0, latency: new LatencyHistogram() };
        cells.set(first, cell);
      }
      cell.calls += sign * calls;
      cell.errors += sign * errors;
      cell.latency.addAll(latency, sign);
      if (cell.calls === 0) cells.delete(first);
    }
  }

  /** Whether there are no calls. */
  get isEmpty(): boolean {
    return this.levels[HOURS]?.size === 0;
  }

  addAll(other: CallPeriods): void {
    for (const cell of other.levels[0]?.values() ?? []) this.add(cell);
  }

  /**
   * Passes the fewest cells that together cover the periods from `first` to `last`, none of which crosses a boundary
   * between groups of `groupWidth` periods, counted from 1970.
   */
  takeWithin(first: number, last: number, groupWidth: number, take: (cell: PeriodCell) => void): void {
    const visit = (level: number, start: number): void => {
      const end = start + widthOf(level) - 1;
      const cell = end < first || start > last ? undefined : this.levels[level]?.get(start);
      if (!cell) return;
      const isWhole = start >= first && end <= last;
      if (isWhole && Math.floor(start / groupWidth) === Math.floor(end / groupWidth)) {
        take(cell);
        return;
      }
      for (let part = start; part <= end; part += widthOf(level - 1)) visit(level - 1, part);
    };

    const hours = this.levels[HOURS]?.keys() ?? [];
    for (const hour of hours) visit(HOURS, hour);
  }
}

const widthOf = (level: number): number => WIDTHS[level] ?? 1;
