import type { SpanDigest } from '../span-digest.js';
import { WORDS_PER_SPAN, type RecentColumns } from './recent-columns.js';
import { NONE } from './trace-table.js';

/**
 * Index of recent spans by span ID and by parent span ID: chains of spans whose IDs have the same hash, newest first.
 * Of a trace's spans that share ID and kind only the first is in a chain: it makes the calls, and a client that reuses
 * one span ID for every span does not make a chain long.
 */
export class SpanChains {
  private nextById = new Int32Array(0);
  private nextByParent = new Int32Array(0);
  private idHeads = new Int32Array(0);
  private parentHeads = new Int32Array(0);
  /** Spans that are in no chain, as `furtherKey` encodes them. */
  private readonly further = new Set<string>();

  constructor(private readonly spans: RecentColumns) {}

  clear(): void {
    this.idHeads.fill(NONE);
    this.parentHeads.fill(NONE);
    this.further.clear();
  }

  /**
   * Adds the span that was added last to the columns.
   *
   * @returns false when an earlier span of the trace has the same ID and kind
   */
  add(span: number): boolean {
    if (span >= this.nextById.length) this.grow(span);
    return this.chain(span);
  }

  /** Whether a span with this ID and digest was added. */
  has(trace: number, low: number, high: number, digest: SpanDigest): boolean {
    const { digests } = this.spans;
    let span = this.firstWithId(trace, low, high);
    if (span === NONE) return false;
    for (; span !== NONE; span = this.nextWithId(span))
      if (digests[2 * span] === digest.low && digests[2 * span + 1] === digest.high) return true;
    return this.further.size > 0 && this.further.has(furtherKey(trace, low, high, digest.low, digest.high));
  }

  /** Returns the newest span with an ID, or {@link NONE}. */
  firstWithId(trace: number, low: number, high: number): number {
    if (this.idHeads.length === 0) return NONE;
    return this.withId(this.idHeads[this.bucketOf(trace, low, high)] ?? NONE, trace, low, high);
  }

  /** Returns the next older span with the ID of a span, or {@link NONE}. */
  nextWithId(span: number): number {
    const { traces, ids } = this.spans;
    const id = WORDS_PER_SPAN * span;
    return this.withId(this.nextById[span] ?? NONE, traces[span] ?? 0, ids[id] ?? 0, ids[id + 1] ?? 0);
  }

  /** Returns the newest span whose parent has the ID of a span, or {@link NONE}. */
  firstChild(parent: number): number {
    const { traces, ids } = this.spans;
    const id = WORDS_PER_SPAN * parent;
    const bucket = this.bucketOf(traces[parent] ?? 0, ids[id] ?? 0, ids[id + 1] ?? 0);
    return this.childOf(parent, this.parentHeads[bucket] ?? NONE);
  }

  nextChild(parent: number, child: number): number {
    return this.childOf(parent, this.nextByParent[child] ?? NONE);
  }

  private withId(span: number, trace: number, low: number, high: number): number {
    const { ids, traces } = this.spans;
    const { nextById } = this;
    while (
      span !== NONE &&
      (traces[span] !== trace ||
        ids[WORDS_PER_SPAN * span] !== low ||
        ids[WORDS_PER_SPAN * span + 1] !== high)
    ) {
      span = nextById[span] ?? NONE;
    }
    return span;
  }

  private childOf(parent: number, child: number): number {
    const { ids, traces } = this.spans;
    const id = WORDS_PER_SPAN * parent;
    const [trace, low, high] = [traces[parent], ids[id], ids[id + 1]];
    while (
      child !== NONE &&
      (traces[child] !== trace ||
        ids[WORDS_PER_SPAN * child + 2] !== low ||
        ids[WORDS_PER_SPAN * child + 3] !== high)
    ) {
      child = this.nextByParent[child] ?? NONE;
    }
    return child;
  }

  private chain(span: number): boolean {
    const { ids, traces, kinds, digests } = this.spans;
    const trace = traces[span] ?? 0;
    const id = WORDS_PER_SPAN * span;
    const [low, high] = [ids[id] ?? 0, ids[id + 1] ?? 0];
    const byId = this.bucketOf(trace, low, high);
    let sharer = this.withId(this.idHeads[byId] ?? NONE, trace, low, high);
    for (; sharer !== NONE; sharer = this.nextWithId(sharer)) {
      if (kinds[sharer] !== kinds[span]) continue;
      this.further.add(furtherKey(trace, low, high, digests[2 * span] ?? 0, digests[2 * span + 1] ?? 0));
      return false;
    }
    this.nextById[span] = this.idHeads[byId] ?? NONE;
    this.idHeads[byId] = span;
    const byParent = this.bucketOf(trace, ids[id + 2] ?? 0, ids[id + 3] ?? 0);
    this.nextByParent[span] = this.parentHeads[byParent] ?? NONE;
    this.parentHeads[byParent] = span;
    return true;
  }

  private bucketOf(trace: number, low: number, high: number): number {
    const hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(trace, 0xc2b2ae35);
    return (hash ^ (hash >>> 15)) & (this.idHeads.length - 1);
  }

  /** Makes room for the capacity of the columns, and chains all spans before `behind` again. */
  private grow(behind: number): void {
    const { capacity } = this.spans;
    this.nextById = new Int32Array(capacity);
    this.nextByParent = new Int32Array(capacity);
    this.idHeads = new Int32Array(2 * capacity).fill(NONE);
    this.parentHeads = new Int32Array(2 * capacity).fill(NONE);
    for (let span = 0; span < behind; span++) this.chain(span);
  }
}

const furtherKey = (trace: number, ...words: readonly [number, number, number, number]): string =>
  `${trace} ${words.join(' ')}`;
