import { performance } from 'node:perf_hooks';

/** An entry that was used within this time is not evicted for the sake of a new one. */
const PROTECTED_MILLIS = 10_000;
/** An entry that was not used for this long is evicted although there is room. */
const MAX_IDLE_MILLIS = 60_000;

interface Entry<Content> {
  readonly content: Content;
  readonly byteLength: number;
  usedAtMillis: number;
}

/**
 * Contents that were used lately, within a limit on the bytes of all of them. A new one replaces the least recently used one,
 * unless all were used in the last seconds. Then it replaces the one that was added last: a query that reads more than the
 * cache holds, again and again, finds the same part of it each time, where the least recently used would always be evicted
 * just before it is needed.
 */
export class BlockCache<Content extends { readonly byteLength: number }> {
  /** In the order of their last use. */
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

  /** Adds a content, unless it alone is larger than the limit. A content that has grown is added again. */
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

  /** Evicts entries that were not used for a time, the oldest first, until there is room. */
  private evictIdle(nowMillis: number, idleMillis: number, room: number): void {
    for (const [block, { usedAtMillis }] of this.entries) {
      if (nowMillis - usedAtMillis < idleMillis) return;
      if (this.bytes + room <= this.maxBytes) return;
      this.delete(block);
    }
  }
}
