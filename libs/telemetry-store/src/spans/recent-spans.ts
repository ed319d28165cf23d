import type { TraceWords } from '../blocks/trace-words.js';
import type { SpanDigest } from '../span-digest.js';
import { CallMatcher, type CallListener } from './call-matcher.js';
import { RecentColumns, type RecentSpan } from './recent-columns.js';
import { SpanChains } from './span-chains.js';
import { NONE, TraceTable } from './trace-table.js';

/**
 * Number of new spans after which traces without any of them are forgotten. Columns double when they grow: with the spans
 * of traces that go on, which are copied, a generation stays below 65,536.
 */
const SPANS_PER_GENERATION = 60_000;

/**
 * Recently active traces with all their spans. They let the store detect a duplicate span, and match a caller with its
 * called span in any order of arrival.
 *
 * A trace that is absent here may still be in a block. The caller must restore its older spans before it adds new ones.
 */
export class RecentSpans {
  private current: Generation;
  private previous: Generation;
  private addedSpans = 0;

  constructor(onCall: CallListener) {
    this.current = new Generation(onCall);
    this.previous = new Generation(onCall);
  }

  /** Returns a number that is valid until the next call of this method; undefined when the trace is absent. */
  trace(traceId: TraceWords): number | undefined {
    if (this.addedSpans >= SPANS_PER_GENERATION) {
      const forgotten = this.previous;
      this.previous = this.current;
      forgotten.clear();
      this.current = forgotten;
      this.addedSpans = 0;
    }
    const trace = this.current.traces.find(traceId);
    if (trace !== NONE) return trace;
    const previous = this.previous.traces.find(traceId);
    return previous === NONE ? undefined : this.current.take(this.previous, previous);
  }

  addTrace(traceId: TraceWords): number {
    return this.current.traces.add(traceId);
  }

  /** Removes a trace after some of its spans were dropped. Returns false when it is absent. */
  forget(traceId: TraceWords): boolean {
    const wasCurrent = this.current.traces.remove(traceId);
    return this.previous.traces.remove(traceId) || wasCurrent;
  }

  /** Whether a duplicate of a span is present. */
  has(trace: number, spanLow: number, spanHigh: number, digest: SpanDigest): boolean {
    return this.current.chains.has(trace, spanLow, spanHigh, digest);
  }

  add(trace: number, span: RecentSpan): void {
    this.addedSpans++;
    this.current.add(trace, span);
  }

  /** Adds a span whose calls were counted earlier. */
  restore(trace: number, span: RecentSpan): void {
    this.current.restore(trace, span);
  }

  /** Cached index of the trace in a block, so that it is looked up once per trace instead of once per span. */
  indexIn(block: number, trace: number): number | undefined {
    return this.current.traces.indexIn(block, trace);
  }

  setIndexIn(block: number, trace: number, index: number): void {
    this.current.traces.setIndexIn(block, trace, index);
  }
}

/** Traces with a new span during the same period. */
class Generation {
  readonly traces = new TraceTable();
  private readonly spans = new RecentColumns();
  readonly chains = new SpanChains(this.spans);
  /** Matches calls of new spans. */
  private readonly calls: CallMatcher;
  /** Matches calls that were counted earlier. */
  private readonly knownCalls = new CallMatcher(this.spans, this.chains, () => undefined);

  constructor(onCall: CallListener) {
    this.calls = new CallMatcher(this.spans, this.chains, onCall);
  }

  clear(): void {
    this.traces.clear();
    this.spans.clear();
    this.chains.clear();
  }

  add(trace: number, added: RecentSpan): void {
    const span = this.spans.add(trace, added);
    if (this.chains.add(span)) this.calls.match(span);
  }

  restore(trace: number, added: RecentSpan): void {
    const span = this.spans.add(trace, added);
    if (this.chains.add(span)) this.knownCalls.match(span);
  }

  /** Copies a trace from another generation. The original stays there until that generation is cleared. */
  take(other: Generation, otherTrace: number): number {
    const trace = this.traces.take(other.traces, otherTrace);
    for (const from of other.spans.ofTrace(otherTrace))
      this.chains.add(this.spans.take(trace, other.spans, from));
    return trace;
  }
}
