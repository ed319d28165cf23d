import { SpanKind } from '@lantern/telemetry-model';
import type { SpanDigest } from '../span-digest.js';
import { traceHash } from '../blocks/trace-words.js';

/** Number of new spans after which traces without any of them are forgotten. */
const SPANS_PER_GENERATION = 65_536;
const NONE = -1;

/** Call from one service to another, identified by the called span. */
export interface ObservedCall {
  /** Block of the called span. */
  readonly block: number;
  readonly parent: string;
  readonly child: string;
  readonly startLow: number;
  readonly startHigh: number;
  readonly durationNanos: number;
  readonly isError: boolean;
}

/** Fields of a span that later spans are compared with. */
export interface RecentSpan {
  readonly spanLow: number;
  readonly spanHigh: number;
  /** Parent span ID; zero for a root span. */
  readonly parentLow: number;
  readonly parentHigh: number;
  readonly kind: number;
  /** Digest of the span, see `SpanDigest`. */
  readonly digestLow: number;
  readonly digestHigh: number;
  readonly service: string;
  readonly block: number;
  readonly startLow: number;
  readonly startHigh: number;
  readonly durationNanos: number;
  readonly isError: boolean;
}

/** Called with a new call, and with `-1` for an earlier call whose caller turns out to be a different span. */
export type CallListener = (call: ObservedCall, sign: 1 | -1) => void;

/**
 * Recently active traces with all their spans. They let the store detect a duplicate span, and match a caller with its
 * called span in any order of arrival. Calls follow the rules of `serviceCalls` in the telemetry model.
 *
 * A trace that is absent here may still be in a block. The caller must restore its older spans before it adds new ones.
 */
export class RecentSpans {
  private current = new Generation();
  private previous = new Generation();
  private addedSpans = 0;

  constructor(private readonly onCall: CallListener) {}

  /** Returns a number that is valid until the next call of this method; undefined when the trace is absent. */
  trace(a: number, b: number, c: number, d: number): number | undefined {
    if (this.addedSpans >= SPANS_PER_GENERATION) {
      const forgotten = this.previous;
      this.previous = this.current;
      forgotten.clear();
      this.current = forgotten;
      this.addedSpans = 0;
    }
    const trace = this.current.findTrace(a, b, c, d);
    if (trace !== NONE) return trace;
    const previous = this.previous.findTrace(a, b, c, d);
    return previous === NONE ? undefined : this.current.take(this.previous, previous);
  }

  addTrace(a: number, b: number, c: number, d: number): number {
    return this.current.addTrace(a, b, c, d);
  }

  /** Removes a trace after some of its spans were dropped. Returns false when it is absent. */
  forget(a: number, b: number, c: number, d: number): boolean {
    const wasCurrent = this.current.forget(a, b, c, d);
    return this.previous.forget(a, b, c, d) || wasCurrent;
  }

  /** Whether a duplicate of a span is present. */
  has(trace: number, spanLow: number, spanHigh: number, digest: SpanDigest): boolean {
    return this.current.has(trace, spanLow, spanHigh, digest);
  }

  add(trace: number, span: RecentSpan): void {
    this.addedSpans++;
    this.current.add(trace, span, this.onCall);
  }

  /** Adds a span whose calls were counted earlier. */
  restore(trace: number, span: RecentSpan): void {
    this.current.add(trace, span, () => undefined);
  }

  /** Cached index of the trace in a block, so that it is looked up once per trace instead of once per span. */
  indexIn(block: number, trace: number): number | undefined {
    return this.current.traceBlocks[trace] === block ? this.current.traceIndexes[trace] : undefined;
  }

  setIndexIn(block: number, trace: number, index: number): void {
    this.current.traceBlocks[trace] = block;
    this.current.traceIndexes[trace] = index;
  }
}

class Generation {
  traceBlocks: number[] = [];
  traceIndexes: number[] = [];
  private traceCount = 0;
  private traceSlots = new Int32Array(256).fill(NONE);
  private traceWords: number[] = [];
  private firstSpans: number[] = [];
  private lastSpans: number[] = [];

  private spanCount = 0;
  private capacity = 0;
  private traces = new Int32Array(0);
  private ids = new Uint32Array(0);
  private kinds = new Uint8Array(0);
  private digests = new Uint32Array(0);
  private blocks = new Uint32Array(0);
  private starts = new Uint32Array(0);
  private durations = new Float64Array(0);
  private errors = new Uint8Array(0);
  private nextInTrace = new Int32Array(0);
  private nextById = new Int32Array(0);
  private nextByParent = new Int32Array(0);
  /**
   * Heads of the chains of spans by ID, newest first. Of a trace's spans that share ID and kind only the first is in a
   * chain: it makes the calls, and a client that reuses one span ID for every span does not make a chain long.
   */
  private idHeads = new Int32Array(0);
  private parentHeads = new Int32Array(0);
  /** Spans that are in no chain, as `furtherKey` encodes them. */
  private readonly further = new Set<string>();
  private services: string[] = [];
  private callers: (string | undefined)[] = [];

  clear(): void {
    this.traceCount = 0;
    this.traceSlots.fill(NONE);
    for (const list of [
      this.traceBlocks,
      this.traceIndexes,
      this.traceWords,
      this.firstSpans,
      this.lastSpans,
    ]) {
      list.length = 0;
    }
    this.spanCount = 0;
    this.idHeads.fill(NONE);
    this.parentHeads.fill(NONE);
    this.further.clear();
    this.services.length = 0;
    this.callers.length = 0;
  }

  findTrace(a: number, b: number, c: number, d: number): number {
    return this.traceSlots[this.slotOf(a, b, c, d)] ?? NONE;
  }

  forget(a: number, b: number, c: number, d: number): boolean {
    const trace = this.findTrace(a, b, c, d);
    // No word of an ID is negative: the trace keeps its row, and no search finds it.
    if (trace !== NONE) this.traceWords[4 * trace] = NONE;
    return trace !== NONE;
  }

  addTrace(a: number, b: number, c: number, d: number): number {
    if (2 * (this.traceCount + 1) > this.traceSlots.length) this.growTraces();
    const trace = this.traceCount++;
    this.traceSlots[this.slotOf(a, b, c, d)] = trace;
    this.traceWords.push(a, b, c, d);
    this.firstSpans.push(NONE);
    this.lastSpans.push(NONE);
    this.traceBlocks.push(NONE);
    this.traceIndexes.push(NONE);
    return trace;
  }

  /** Copies a trace from another generation. The original stays there until that generation is cleared. */
  take(other: Generation, otherTrace: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = other.traceWords.slice(4 * otherTrace, 4 * otherTrace + 4);
    const trace = this.addTrace(a, b, c, d);
    this.traceBlocks[trace] = other.traceBlocks[otherTrace] ?? NONE;
    this.traceIndexes[trace] = other.traceIndexes[otherTrace] ?? NONE;
    let from = other.firstSpans[otherTrace] ?? NONE;
    for (; from !== NONE; from = other.nextInTrace[from] ?? NONE) {
      const span = this.insert(trace, {
        spanLow: other.ids[4 * from] ?? 0,
        spanHigh: other.ids[4 * from + 1] ?? 0,
        parentLow: other.ids[4 * from + 2] ?? 0,
        parentHigh: other.ids[4 * from + 3] ?? 0,
        kind: other.kinds[from] ?? 0,
        digestLow: other.digests[2 * from] ?? 0,
        digestHigh: other.digests[2 * from + 1] ?? 0,
        service: other.services[from] ?? '',
        block: other.blocks[from] ?? 0,
        startLow: other.starts[2 * from] ?? 0,
        startHigh: other.starts[2 * from + 1] ?? 0,
        durationNanos: other.durations[from] ?? 0,
        isError: other.errors[from] === 1,
      });
      this.callers[span] = other.callers[from];
    }
    return trace;
  }

  has(trace: number, spanLow: number, spanHigh: number, { low, high }: SpanDigest): boolean {
    const { digests } = this;
    const first = this.firstWithId(trace, spanLow, spanHigh);
    if (first === NONE) return false;
    for (let span = first; span !== NONE; span = this.nextWithId(span))
      if (digests[2 * span] === low && digests[2 * span + 1] === high) return true;
    return this.further.size > 0 && this.further.has(furtherKey(trace, spanLow, spanHigh, low, high));
  }

  add(trace: number, added: RecentSpan, onCall: CallListener): void {
    const { spanLow, spanHigh } = added;
    const span = this.insert(trace, added);
    if (!this.isChained(span)) return;
    this.updateCaller(span, onCall);
    // The new span may be the other half of a call, or the parent of earlier spans.
    let sharer = this.firstWithId(trace, spanLow, spanHigh);
    for (; sharer !== NONE; sharer = this.nextWithId(sharer)) {
      if (sharer !== span) this.updateCaller(sharer, onCall);
    }
    let child = this.parentHeads[this.bucketOf(trace, spanLow, spanHigh)] ?? NONE;
    for (; child !== NONE; child = this.nextByParent[child] ?? NONE) {
      if (
        child !== span &&
        this.traces[child] === trace &&
        this.ids[4 * child + 2] === spanLow &&
        this.ids[4 * child + 3] === spanHigh
      ) {
        this.updateCaller(child, onCall);
      }
    }
  }

  private updateCaller(span: number, onCall: CallListener): void {
    const caller = this.callerOf(span);
    const service = this.services[span] ?? '';
    const callingService = caller === NONE ? undefined : this.services[caller];
    const parent = callingService === service ? undefined : callingService;
    const before = this.callers[span];
    if (parent === before) return;
    this.callers[span] = parent;
    const call = {
      block: this.blocks[span] ?? 0,
      child: service,
      startLow: this.starts[2 * span] ?? 0,
      startHigh: this.starts[2 * span + 1] ?? 0,
      durationNanos: this.durations[span] ?? 0,
      isError: this.errors[span] === 1,
    };
    if (before !== undefined) onCall({ ...call, parent: before }, -1);
    if (parent !== undefined) onCall({ ...call, parent }, 1);
  }

  /** Returns the caller as `serviceCalls` defines it: the client half with the same ID, otherwise the parent. */
  private callerOf(span: number): number {
    const trace = this.traces[span] ?? 0;
    if (this.kinds[span] === SpanKind.server) {
      let sharer = this.firstWithId(trace, this.ids[4 * span] ?? 0, this.ids[4 * span + 1] ?? 0);
      for (; sharer !== NONE; sharer = this.nextWithId(sharer)) {
        if (this.kinds[sharer] === SpanKind.client) return sharer;
      }
    }
    const parentLow = this.ids[4 * span + 2] ?? 0;
    const parentHigh = this.ids[4 * span + 3] ?? 0;
    if (parentLow === 0 && parentHigh === 0) return NONE;
    // The chain is ordered from newest to oldest, so the last span of each kind arrived first.
    let [first, sameService, server] = [NONE, NONE, NONE];
    let candidate = this.firstWithId(trace, parentLow, parentHigh);
    for (; candidate !== NONE; candidate = this.nextWithId(candidate)) {
      first = candidate;
      if (this.services[candidate] === this.services[span]) sameService = candidate;
      if (this.kinds[candidate] === SpanKind.server) server = candidate;
    }
    return sameService !== NONE ? sameService : server !== NONE ? server : first;
  }

  private firstWithId(trace: number, low: number, high: number): number {
    return this.withId(this.idHeads[this.bucketOf(trace, low, high)] ?? NONE, trace, low, high);
  }

  private nextWithId(span: number): number {
    const { ids } = this;
    return this.withId(
      this.nextById[span] ?? NONE,
      this.traces[span] ?? 0,
      ids[4 * span] ?? 0,
      ids[4 * span + 1] ?? 0,
    );
  }

  private withId(span: number, trace: number, low: number, high: number): number {
    const { ids, traces, nextById } = this;
    while (span !== NONE && (traces[span] !== trace || ids[4 * span] !== low || ids[4 * span + 1] !== high)) {
      span = nextById[span] ?? NONE;
    }
    return span;
  }

  private insert(trace: number, added: RecentSpan): number {
    if (this.spanCount === this.capacity) this.growSpans();
    const span = this.spanCount++;
    this.traces[span] = trace;
    this.ids[4 * span] = added.spanLow;
    this.ids[4 * span + 1] = added.spanHigh;
    this.ids[4 * span + 2] = added.parentLow;
    this.ids[4 * span + 3] = added.parentHigh;
    this.kinds[span] = added.kind;
    this.digests[2 * span] = added.digestLow;
    this.digests[2 * span + 1] = added.digestHigh;
    this.blocks[span] = added.block;
    this.starts[2 * span] = added.startLow;
    this.starts[2 * span + 1] = added.startHigh;
    this.durations[span] = added.durationNanos;
    this.errors[span] = added.isError ? 1 : 0;
    this.nextInTrace[span] = NONE;
    this.services[span] = added.service;
    this.callers[span] = undefined;
    const last = this.lastSpans[trace] ?? NONE;
    if (last === NONE) this.firstSpans[trace] = span;
    else this.nextInTrace[last] = span;
    this.lastSpans[trace] = span;
    this.chain(span);
    return span;
  }

  private chain(span: number): void {
    const { ids, digests } = this;
    const trace = this.traces[span] ?? 0;
    const [low, high] = [ids[4 * span] ?? 0, ids[4 * span + 1] ?? 0];
    let sharer = this.firstWithId(trace, low, high);
    for (; sharer !== NONE; sharer = this.nextWithId(sharer)) {
      if (this.kinds[sharer] !== this.kinds[span]) continue;
      this.further.add(furtherKey(trace, low, high, digests[2 * span] ?? 0, digests[2 * span + 1] ?? 0));
      return;
    }
    const byId = this.bucketOf(trace, ids[4 * span] ?? 0, ids[4 * span + 1] ?? 0);
    this.nextById[span] = this.idHeads[byId] ?? NONE;
    this.idHeads[byId] = span;
    const byParent = this.bucketOf(trace, ids[4 * span + 2] ?? 0, ids[4 * span + 3] ?? 0);
    this.nextByParent[span] = this.parentHeads[byParent] ?? NONE;
    this.parentHeads[byParent] = span;
  }

  /** Whether the span makes calls: it was the first of its ID and kind, and is the newest of its chain. */
  private isChained(span: number): boolean {
    const { ids } = this;
    return this.firstWithId(this.traces[span] ?? 0, ids[4 * span] ?? 0, ids[4 * span + 1] ?? 0) === span;
  }

  private bucketOf(trace: number, low: number, high: number): number {
    const hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(trace, 0xc2b2ae35);
    return (hash ^ (hash >>> 15)) & (this.idHeads.length - 1);
  }

  private slotOf(a: number, b: number, c: number, d: number): number {
    const { traceSlots, traceWords: words } = this;
    const mask = traceSlots.length - 1;
    for (let slot = traceHash(a, b, c, d) & mask; ; slot = (slot + 1) & mask) {
      const trace = traceSlots[slot] ?? NONE;
      if (trace === NONE) return slot;
      const at = 4 * trace;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
    }
  }

  private growTraces(): void {
    this.traceSlots = new Int32Array(2 * this.traceSlots.length).fill(NONE);
    for (let trace = 0; trace < this.traceCount; trace++) {
      const [a = 0, b = 0, c = 0, d = 0] = this.traceWords.slice(4 * trace, 4 * trace + 4);
      if (a === NONE) continue;
      this.traceSlots[this.slotOf(a, b, c, d)] = trace;
    }
  }

  private growSpans(): void {
    this.capacity = Math.max(256, 2 * this.capacity);
    const { capacity } = this;
    this.traces = larger(this.traces, new Int32Array(capacity));
    this.ids = larger(this.ids, new Uint32Array(4 * capacity));
    this.kinds = larger(this.kinds, new Uint8Array(capacity));
    this.digests = larger(this.digests, new Uint32Array(2 * capacity));
    this.blocks = larger(this.blocks, new Uint32Array(capacity));
    this.starts = larger(this.starts, new Uint32Array(2 * capacity));
    this.durations = larger(this.durations, new Float64Array(capacity));
    this.errors = larger(this.errors, new Uint8Array(capacity));
    this.nextInTrace = larger(this.nextInTrace, new Int32Array(capacity));
    this.nextById = new Int32Array(capacity);
    this.nextByParent = new Int32Array(capacity);
    this.idHeads = new Int32Array(2 * capacity).fill(NONE);
    this.parentHeads = new Int32Array(2 * capacity).fill(NONE);
    for (let span = 0; span < this.spanCount; span++) this.chain(span);
  }
}

const furtherKey = (trace: number, ...words: readonly [number, number, number, number]): string =>
  `${trace} ${words.join(' ')}`;

const larger = <Numbers extends { set(source: Numbers): void }>(before: Numbers, after: Numbers): Numbers => {
  after.set(before);
  return after;
};
