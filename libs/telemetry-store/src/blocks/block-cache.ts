import { performance } from 'node:perf_hooks';
import { UseClock } from './use-clock.js';

/** Time since its last use during which an entry is not evicted in favor of a new one. */
const PROTECTED_MILLIS = 10_000;
/** Time since its last use after which an entry is evicted although the cache has room. */
const MAX_IDLE_MILLIS = 60_000;

/** Entry between its neighbors in the order of the last use. */
interface Entry<Content> {
  readonly block: number;
  readonly content: Content;
  readonly byteLength: number;
  usedAtMillis: number;
  older: Entry<Content> | undefined;
  newer: Entry<Content> | undefined;
}

/**
 * Cache of block contents with a limit on their total size in bytes. A new entry replaces the least recently used one if
 * that one is idle for seconds, or for longer than the time in which the new one was used again. Otherwise it replaces
 * the entry that was added last: a query that repeatedly reads more than the cache holds then finds the same part of it
 * each time, because every block comes back later than any entry is idle. A plain LRU cache would evict each entry just
 * before its next use. Compare LIRS: Jiang and Zhang, SIGMETRICS 2002.
 */
export class BlockCache<Content extends { readonly byteLength: number }> {
  private readonly entries = new Map<number, Entry<Content>>();
  /** Entries that were used longest ago and last. A list, because moving an entry of a `Map` leaves a gap in it. */
  private oldest: Entry<Content> | undefined;
  private newest: Entry<Content> | undefined;
  private lastAdded = -1;
  private lastUsed = -1;
  /** Time, counted in uses, since the use of {@link lastUsed} before the last one. */
  private reuseTime = Infinity;
  private readonly clock = new UseClock();
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly nowMillis: () => number = () => performance.now(),
  ) {}

  get(block: number): Content | undefined {
    // Reading several rows of a block is one use.
    if (block !== this.lastUsed) this.reuseTime = this.clock.use(block);
    this.lastUsed = block;
    const entry = this.entries.get(block);
    if (!entry) return undefined;
    entry.usedAtMillis = this.nowMillis();
    if (entry !== this.newest) {
      this.unlink(entry);
      this.append(entry);
    }
    return entry.content;
  }

  /** Adds a content, unless it exceeds the limit alone. The caller adds a content again after it has grown. */
  set(block: number, content: Content): void {
    const { byteLength } = content;
    const usedAtMillis = this.nowMillis();
    this.delete(block);
    this.evictIdle(usedAtMillis, MAX_IDLE_MILLIS, Infinity);
    if (byteLength > this.maxBytes) return;
    this.evictIdle(usedAtMillis, PROTECTED_MILLIS, byteLength);
    if (this.bytes + byteLength > this.maxBytes && !this.isReusedSooner(block)) this.delete(this.lastAdded);
    this.evictIdle(usedAtMillis, 0, byteLength);
    const entry = { block, content, byteLength, usedAtMillis, older: undefined, newer: undefined };
    this.entries.set(block, entry);
    this.append(entry);
    this.lastAdded = block;
    this.bytes += byteLength;
  }

  delete(block: number): void {
    const entry = this.entries.get(block);
    if (!entry) return;
    this.entries.delete(block);
    this.unlink(entry);
    this.bytes -= entry.byteLength;
  }

  /** Whether a block was used again in less time than the least recently used entry is idle. */
  private isReusedSooner(block: number): boolean {
    return block === this.lastUsed && this.reuseTime < this.clock.idle(this.oldest?.block ?? block);
  }

  /** Evicts entries that are idle for too long, the oldest first, until there is room. */
  private evictIdle(nowMillis: number, idleMillis: number, room: number): void {
    const { maxBytes } = this;
    while (this.oldest && this.bytes + room > maxBytes && nowMillis - this.oldest.usedAtMillis >= idleMillis)
      this.delete(this.oldest.block);
  }

  private append(entry: Entry<Content>): void {
    entry.older = this.newest;
    entry.newer = undefined;
    if (this.newest) this.newest.newer = entry;
    else this.oldest = entry;
    this.newest = entry;
  }

  private unlink({ older, newer }: Entry<Content>): void {
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.newest = older;
  }
}
