import type { BlockDatabase } from './block-database.js';
import type { BlockSignal } from './block-signal.js';

/** Free pages are where the next blocks go: a few blocks' worth of them is no waste. */
const KEPT_FREE_PAGES = 64;
const VACUUMED_PAGES = 1024;

export interface SpaceUpkeepOptions {
  readonly database: BlockDatabase;
  readonly signals: readonly BlockSignal[];
  readonly report: (message: string) => void;
}

/** Drops what is too old or too much of every signal, and gives the space back to the file system. */
export class SpaceUpkeep {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly options: SpaceUpkeepOptions) {}

  /** @returns whether there is more to drop */
  sweep(): boolean {
    if (this.isStopped) return false;
    const { signals, database, report } = this.options;
    try {
      let hasMore = false;
      for (const signal of signals) hasMore = signal.dropExpired() || hasMore;
      const free = database.freePages();
      if (free > KEPT_FREE_PAGES) database.vacuum(Math.min(free - KEPT_FREE_PAGES, VACUUMED_PAGES));
      return hasMore;
    } catch (error) {
      report(`${database.writeErrorOf(error).message} Nothing is dropped until then.`);
      return false;
    }
  }

  /** While there is more to drop, the next few blocks go as soon as others had their turn. */
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
