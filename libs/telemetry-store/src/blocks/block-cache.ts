import { performance } from 'node:perf_hooks';

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
 * Cache of recently used block contents with a limit on their total size in bytes. A new entry replaces the least
 * recently used one, unless every entry was used within the last seconds. In that case it replaces the entry that was
 * added last: a query that repeatedly reads more than the cache holds then finds the same part of it each time. A plain
 * LRU cache would evict each entry just before its next use.
 */
export class BlockCache<Content extends { readonly byteLength: number }> {
  /** Entries in the order of their last use. */
  private readonly entries = new Map<number, Entry<Content>>();
  private lastAdded = -1;
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly nowMillis: () => number = () => performance.now(),
  ) {}

  get(block: number): Content | undefined {
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
    if (this.bytes + byteLength > this.maxBytes) this.delete(this.lastAdded);
    this.evictIdle(usedAtMillis, 0, byteLength);
    this.entries.set(block, { content, byteLength, usedAtMillis });
    this.lastAdded = block;
    this.bytes += byteLength;
  }

  delete(block: number): void {
    this.bytes -= this.entries.get(block)?.byteLength ?? 0;
    this.entries.delete(block);
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
