import type { PeriodCell } from './block-summary.js';
import { LatencyHistogram } from './latency-histogram.js';

/** How many periods a cell of each level has: of 10 s one, of a minute six, of an hour 360. */
const WIDTHS = [1, 6, 360] as const;
const HOURS = 2;

/**
 * The calls of one operation by the time at which they started, in periods of 10 s and added up for minutes and hours:
 * whoever asks for days reads hours, and the smaller ones only where the range or a period of the question cuts them.
 *
 * ```
 * one call at 10:59:50, one at 11:00:20   10 s     10:59:50 → 1, 11:00:20 → 1
 *                                         minutes  10:59 → 1, 11:00 → 1
 *                                         hours    10 → 1, 11 → 1
 * ```
 */
export class CallPeriods {
  /** By the first period of each cell. */
  private readonly levels = WIDTHS.map(() => new Map<number, PeriodCell>());

  /** @param sign -1 to take back what was added */
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
   * Takes cells that together hold the periods from `first` to `last`, as few as there can be of which none is in two
   * groups of `groupWidth` periods, counted from 1970.
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
