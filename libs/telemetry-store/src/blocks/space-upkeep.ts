import type { BlockDatabase } from '../file/block-database.js';
import type { BlockSignal } from './block-signal.js';
import type { JournalUpkeep } from './journal-upkeep.js';

/** Number of free pages that the file keeps. The next blocks use them. */
const KEPT_FREE_PAGES = 128;
/** Maximum number of pages that one turn returns to the file system. Each one moves a page from the end of the file. */
const VACUUMED_PAGES = 256;

export interface SpaceUpkeepOptions {
  readonly database: BlockDatabase;
  readonly journalUpkeep: JournalUpkeep;
  readonly signals: readonly BlockSignal[];
  readonly report: (message: string) => void;
}

/** Drops blocks of every signal beyond the maximum age or size, and returns the space to the file system. */
export class SpaceUpkeep {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly options: SpaceUpkeepOptions) {}

  /**
   * Does one small step of the work.
   *
   * @returns whether there is more to do
   */
  sweep(): boolean {
    if (this.isStopped) return false;
    const { problem } = this.options.database;
    if (problem !== undefined) {
      this.options.report(problem);
      return false;
    }
    const { signals, database, journalUpkeep, report } = this.options;
    try {
      let hasMore = false;
      for (const signal of signals) hasMore = signal.dropExpired() || hasMore;
      // All expired blocks are dropped first, because vacuuming could move pages that are dropped next.
      if (hasMore) return true;
      journalUpkeep.noteExtent();
      database.startCheckpointWhenDue();
      if (database.isHolding) return false;
      const surplus = database.freePages() - KEPT_FREE_PAGES;
      if (surplus <= 0) return false;
      database.vacuum(Math.min(surplus, VACUUMED_PAGES));
      return surplus > VACUUMED_PAGES;
    } catch (error) {
      report(
        `${database.writeErrorOf(error).message} Expired blocks are kept until the disk accepts writes.`,
      );
      return false;
    }
  }

  /** Sweeps periodically. While there is more to do, the next sweep follows as soon as other tasks had a turn. */
  sweepEvery(pauseMillis: number, delayMillis = pauseMillis): void {
    this.timer = setTimeout(() => {
      const hasMore = this.sweep();
      if (!this.isStopped) this.sweepEvery(pauseMillis, hasMore ? 1 : pauseMillis);
    }, delayMillis).unref();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }
}
