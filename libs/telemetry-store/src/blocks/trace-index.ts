import { grownWords } from '../bytes/growing.js';
import { secondTraceHash, traceHash, type TraceWords } from './trace-words.js';

const INITIAL_SLOTS = 1024;
const INITIAL_ENTRIES = 512;
/** "No entry" in links and slots. */
const NONE = 0;

/**
 * Index from 64 bits of a trace ID to the sealed blocks with its spans. Trace …0a in blocks 3 and 4, …0b in 4:
 *
 * ```
 * slots    … → 2, … → 3             the newest entry of each trace
 * entries  1: …0a block 3           2: …0a block 4, older 1       3: …0b block 4
 * ```
 *
 * Different traces may share their 64 bits, so a block in the answer may have no span of the trace.
 */
export class TraceIndex {
  /** Number of distinct traces. */
  size = 0;
  private slots = new Uint32Array(INITIAL_SLOTS);
  private keys = new Uint32Array(2 * INITIAL_ENTRIES);
  private blocks = new Uint32Array(INITIAL_ENTRIES);
  /** Next older entry of the same trace; for a free entry, the next free one. */
  private older = new Uint32Array(INITIAL_ENTRIES);
  private entryCount = 1;
  private firstFree = NONE;

  /** @param block greater than that of any entry of the trace so far */
  add(block: number, traceId: TraceWords): void {
    if (2 * (this.size + 1) > this.slots.length) this.rehash();
    const low = traceHash(traceId);
    const high = secondTraceHash(traceId);
    const slot = this.slotOf(low, high);
    const newest = this.slots[slot] ?? NONE;
    if (newest === NONE) this.size++;
    const entry = this.newEntry();
    this.keys[2 * entry] = low;
    this.keys[2 * entry + 1] = high;
    this.blocks[entry] = block;
    this.older[entry] = newest;
    this.slots[slot] = entry;
  }

  remove(block: number, traceId: TraceWords): void {
    const slot = this.slotOf(traceHash(traceId), secondTraceHash(traceId));
    let newer = NONE;
    let entry = this.slots[slot] ?? NONE;
    while (entry !== NONE && this.blocks[entry] !== block) {
      newer = entry;
      entry = this.older[entry] ?? NONE;
    }
    if (entry === NONE) return;
    const rest = this.older[entry] ?? NONE;
    if (newer !== NONE) this.older[newer] = rest;
    else if (rest !== NONE) this.slots[slot] = rest;
    else this.empty(slot);
    this.older[entry] = this.firstFree;
    this.firstFree = entry;
  }

  has(traceId: TraceWords): boolean {
    return this.slots[this.slotOf(traceHash(traceId), secondTraceHash(traceId))] !== NONE;
  }

  /** Returns the blocks of a trace, oldest first. */
  blocksOf(traceId: TraceWords): number[] {
    const blocks: number[] = [];
    let entry = this.slots[this.slotOf(traceHash(traceId), secondTraceHash(traceId))] ?? NONE;
    for (; entry !== NONE; entry = this.older[entry] ?? NONE) blocks.push(this.blocks[entry] ?? 0);
    return blocks.reverse();
  }

  /** Small number that identifies a trace as long as its oldest block exists; undefined for a trace without blocks. */
  numberOf(traceId: TraceWords): number | undefined {
    let entry = this.slots[this.slotOf(traceHash(traceId), secondTraceHash(traceId))] ?? NONE;
    if (entry === NONE) return undefined;
    for (let older = this.older[entry] ?? NONE; older !== NONE; older = this.older[entry] ?? NONE)
      entry = older;
    return entry;
  }

  /** Upper bound of the numbers of traces, exclusive. */
  get numberLimit(): number {
    return this.entryCount;
  }

  /** Returns the slot of this key, or the empty one where it would be inserted. */
  private slotOf(low: number, high: number): number {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot] ?? NONE;
      if (entry === NONE || (keys[2 * entry] === low && keys[2 * entry + 1] === high)) return slot;
    }
  }

  /** Empties a slot and moves up the entries that were displaced by it. */
  private empty(slot: number): void {
    this.size--;
    const { slots, keys } = this;
    const mask = slots.length - 1;
    for (let next = (slot + 1) & mask; ; next = (next + 1) & mask) {
      const entry = slots[next] ?? NONE;
      if (entry === NONE) break;
      const home = (keys[2 * entry] ?? 0) & mask;
      if (((next - home) & mask) < ((next - slot) & mask)) continue;
      slots[slot] = entry;
      slot = next;
    }
    slots[slot] = NONE;
  }

  private newEntry(): number {
    if (this.firstFree !== NONE) {
      const entry = this.firstFree;
      this.firstFree = this.older[entry] ?? NONE;
      return entry;
    }
    if (this.entryCount === this.blocks.length) {
      this.keys = grownWords(this.keys);
      this.blocks = grownWords(this.blocks);
      this.older = grownWords(this.older);
    }
    return this.entryCount++;
  }

  private rehash(): void {
    const before = this.slots;
    this.slots = new Uint32Array(2 * before.length);
    for (const entry of before) {
      if (entry === NONE) continue;
      this.slots[this.slotOf(this.keys[2 * entry] ?? 0, this.keys[2 * entry + 1] ?? 0)] = entry;
    }
  }
}
