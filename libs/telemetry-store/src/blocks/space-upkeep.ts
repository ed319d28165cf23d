import type { BlockDatabase } from './block-database.js';
import type { BlockSignal } from './block-signal.js';
import type { LogUpkeep } from './log-upkeep.js';

/** Free pages are where the next blocks go: a few blocks' worth of them is no waste. */
const KEPT_FREE_PAGES = 128;
/** So many at a time, because pages from the end of the file are moved into their place. */
const VACUUMED_PAGES = 256;

export interface SpaceUpkeepOptions {
  readonly database: BlockDatabase;
  readonly logUpkeep: LogUpkeep;
  readonly signals: readonly BlockSignal[];
  readonly report: (message: string) => void;
}

/** Drops what is too old or too much of every signal, and gives the space back to the file system. */
export class SpaceUpkeep {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly options: SpaceUpkeepOptions) {}

  /**
   * Does a little of what there is to do.
   *
   * @returns whether there is more
   */
  sweep(): boolean {
    if (this.isStopped) return false;
    const { problem } = this.options.database;
    if (problem !== undefined) {
      this.options.report(problem);
      return false;
    }
    const { signals, database, logUpkeep, report } = this.options;
    try {
      let hasMore = false;
      for (const signal of signals) hasMore = signal.dropExpired() || hasMore;
      // First all goes that has to: what is moved meanwhile might go next.
      if (hasMore) return true;
      logUpkeep.noteExtent();
      database.startCheckpointWhenDue();
      if (database.isHolding) return false;
      const surplus = database.freePages() - KEPT_FREE_PAGES;
      if (surplus <= 0) return false;
      database.vacuum(Math.min(surplus, VACUUMED_PAGES));
      return surplus > VACUUMED_PAGES;
    } catch (error) {
      report(`${database.writeErrorOf(error).message} Nothing is dropped until then.`);
      return false;
    }
  }

  /** While there is more to do, it goes on as soon as others had their turn. */
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
