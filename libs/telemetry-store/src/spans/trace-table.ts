import { isSameTrace, traceHash, wordsAt, type TraceWords } from '../blocks/trace-words.js';
import { grownWords } from '../bytes/growing.js';

const INITIAL_SLOTS = 256;
const INITIAL_TRACES = 128;
/** "No trace" in slots. */
export const NONE = -1;

/** Hash table from trace IDs to small numbers, with the place of each trace in the open block. */
export class TraceTable {
  private count = 0;
  private slots = new Int32Array(INITIAL_SLOTS).fill(NONE);
  private words = new Uint32Array(4 * INITIAL_TRACES);
  /** Removed traces. Each keeps its number, and no search finds it. */
  private readonly removed = new Set<number>();
  /** Block in which {@link indexes} is the index of each trace. */
  private readonly blocks: number[] = [];
  private readonly indexes: number[] = [];

  clear(): void {
    this.count = 0;
    this.slots.fill(NONE);
    this.removed.clear();
    this.blocks.length = 0;
    this.indexes.length = 0;
  }

  /** Returns the number of a trace, or {@link NONE}. */
  find(traceId: TraceWords): number {
    return this.slots[this.slotOf(traceId)] ?? NONE;
  }

  /** Adds a trace that is not in the table. */
  add(traceId: TraceWords): number {
    if (2 * (this.count + 1) > this.slots.length) this.grow();
    if (4 * this.count === this.words.length) this.words = grownWords(this.words);
    const trace = this.count++;
    this.slots[this.slotOf(traceId)] = trace;
    for (let i = 0; i < 4; i++) this.words[4 * trace + i] = traceId.words[traceId.at + i] ?? 0;
    this.blocks.push(NONE);
    this.indexes.push(NONE);
    return trace;
  }

  /** @returns false when the trace is absent */
  remove(traceId: TraceWords): boolean {
    const trace = this.find(traceId);
    if (trace === NONE) return false;
    this.removed.add(trace);
    return true;
  }

  /** Copies a trace of another table. */
  take(other: TraceTable, trace: number): number {
    const copy = this.add(wordsAt(other.words, trace));
    this.setIndexIn(other.blocks[trace] ?? NONE, copy, other.indexes[trace] ?? NONE);
    return copy;
  }

  /** Returns the index of a trace in a block, if it is known. */
  indexIn(block: number, trace: number): number | undefined {
    return this.blocks[trace] === block ? this.indexes[trace] : undefined;
  }

  setIndexIn(block: number, trace: number, index: number): void {
    this.blocks[trace] = block;
    this.indexes[trace] = index;
  }

  /** Returns the slot of a trace, or the empty one where it would be inserted. */
  private slotOf(traceId: TraceWords): number {
    const { slots, words, removed } = this;
    const mask = slots.length - 1;
    for (let slot = traceHash(traceId) & mask; ; slot = (slot + 1) & mask) {
      const trace = slots[slot] ?? NONE;
      if (trace === NONE) return slot;
      if (!isSameTrace(wordsAt(words, trace), traceId)) continue;
      if (removed.size === 0 || !removed.has(trace)) return slot;
    }
  }

  private grow(): void {
    this.slots = new Int32Array(2 * this.slots.length).fill(NONE);
    for (let trace = 0; trace < this.count; trace++) {
      if (this.removed.has(trace)) continue;
      this.slots[this.slotOf(wordsAt(this.words, trace))] = trace;
    }
  }
}
