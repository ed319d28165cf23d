import { performance } from 'node:perf_hooks';
import { UseClock } from './use-clock.js';

/** Time since its last use during which an entry is not evicted in favor of a new one. */
const PROTECTED_MILLIS = 10_000;
/** Time since its last use after which an entry is evicted although the cache has room. */
const MAX_IDLE_MILLIS = 60_000;

interface Entry<Content> {
  readonly content: Content;
  readonly byteLength: number;
  usedAtMillis: number;
}

/**
 * Cache of block contents with a limit on their total size in bytes. A new entry replaces the least recently used one if
 * that one is idle for seconds, or for longer than the time in which the new one was used again. Otherwise it replaces
 * the entry that was added last: a query that repeatedly reads more than the cache holds then finds the same part of it
 * each time, because every block comes back later than any entry is idle. A plain LRU cache would evict each entry just
 * before its next use. Compare LIRS: Jiang and Zhang, SIGMETRICS 2002.
 */
export class BlockCache<Content extends { readonly byteLength: number }> {
  /** Entries in the order of their last use. */
  private readonly entries = new Map<number, Entry<Content>>();
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
    this.entries.delete(block);
    this.entries.set(block, entry);
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
    this.entries.set(block, { content, byteLength, usedAtMillis });
    this.lastAdded = block;
    this.bytes += byteLength;
  }

  delete(block: number): void {
    this.bytes -= this.entries.get(block)?.byteLength ?? 0;
    this.entries.delete(block);
  }

  /** Whether a block was used again in less time than the least recently used entry is idle. */
  private isReusedSooner(block: number): boolean {
    const [oldest = block] = this.entries.keys();
    return block === this.lastUsed && this.reuseTime < this.clock.idle(oldest);
  }

  /** Evicts entries that are idle for too long, the oldest first, until there is room. */
  private evictIdle(nowMillis: number, idleMillis: number, room: number): void {
    for (const [block, { usedAtMillis }] of this.entries) {
      if (nowMillis - usedAtMillis < idleMillis) return;
      if (this.bytes + room <= this.maxBytes) return;
      this.delete(block);
    }
  }
}
