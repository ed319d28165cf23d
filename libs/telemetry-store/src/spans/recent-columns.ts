import { ID_WORDS, TIME_WORDS, type SpanColumns } from '@lantern/otlp';
import { StatusCode } from '@lantern/telemetry-model';
import type { SpanDigest } from '../span-digest.js';
import { NONE } from './trace-table.js';

const INITIAL_SPANS = 256;
/** Words of {@link RecentColumns.ids} per span: span ID 2, parent span ID 2. */
export const WORDS_PER_SPAN = 4;
/** Offset of the span ID within the IDs of a scanned span. */
const SPAN_ID = 4;

/** Span to add: a row of scanned columns, and what the columns do not have. */
export interface RecentSpan {
  readonly columns: SpanColumns;
  readonly row: number;
  readonly digest: SpanDigest;
  readonly service: string;
  readonly block: number;
  readonly durationNanos: number;
}

/** Fields of recent spans that later spans are compared with, one row per span in the order of arrival. */
export class RecentColumns {
  count = 0;
  capacity = 0;
  traces = new Int32Array(0);
  /** Span ID and parent span ID; the parent span ID of a root span is zero. */
  ids = new Uint32Array(0);
  kinds = new Uint8Array(0);
  /** Digests of the spans, see `SpanDigest`: low and high word. */
  digests = new Uint32Array(0);
  blocks = new Uint32Array(0);
  starts = new Uint32Array(0);
  durations = new Float64Array(0);
  errors = new Uint8Array(0);
  readonly services: string[] = [];
  /** Calling service of each span, if the span is a call. */
  readonly callers: (string | undefined)[] = [];
  /** First and last span of each trace, and the next span of the same trace. */
  private readonly firstInTrace: number[] = [];
  private readonly lastInTrace: number[] = [];
  private nextInTrace = new Int32Array(0);

  clear(): void {
    this.count = 0;
    for (const list of [this.services, this.callers, this.firstInTrace, this.lastInTrace]) list.length = 0;
  }

  add(trace: number, { columns, row, digest, service, block, durationNanos }: RecentSpan): number {
    const span = this.push(trace, service, undefined);
    const { ids, times, kinds, statuses } = columns;
    const id = WORDS_PER_SPAN * span;
    const from = ID_WORDS * row + SPAN_ID;
    for (let i = 0; i < WORDS_PER_SPAN; i++) this.ids[id + i] = ids[from + i] ?? 0;
    this.kinds[span] = kinds[row] ?? 0;
    this.digests[2 * span] = digest.low;
    this.digests[2 * span + 1] = digest.high;
    this.blocks[span] = block;
    this.starts[2 * span] = times[TIME_WORDS * row] ?? 0;
    this.starts[2 * span + 1] = times[TIME_WORDS * row + 1] ?? 0;
    this.durations[span] = durationNanos;
    this.errors[span] = statuses[row] === StatusCode.error ? 1 : 0;
    return span;
  }

  /** Copies a span of other columns. */
  take(trace: number, other: RecentColumns, from: number): number {
    const span = this.push(trace, other.services[from] ?? '', other.callers[from]);
    for (let i = 0; i < WORDS_PER_SPAN; i++)
      this.ids[WORDS_PER_SPAN * span + i] = other.ids[WORDS_PER_SPAN * from + i] ?? 0;
    for (let i = 0; i < 2; i++) {
      this.digests[2 * span + i] = other.digests[2 * from + i] ?? 0;
      this.starts[2 * span + i] = other.starts[2 * from + i] ?? 0;
    }
    this.kinds[span] = other.kinds[from] ?? 0;
    this.blocks[span] = other.blocks[from] ?? 0;
    this.durations[span] = other.durations[from] ?? 0;
    this.errors[span] = other.errors[from] ?? 0;
    return span;
  }

  /** Yields the spans of a trace in the order of their arrival. */
  *ofTrace(trace: number): Generator<number> {
    let span = this.firstInTrace[trace] ?? NONE;
    for (; span !== NONE; span = this.nextInTrace[span] ?? NONE) yield span;
  }

  private push(trace: number, service: string, caller: string | undefined): number {
    if (this.count === this.capacity) this.grow();
    const span = this.count++;
    this.traces[span] = trace;
    this.services.push(service);
    this.callers.push(caller);
    this.nextInTrace[span] = NONE;
    const last = this.lastInTrace[trace];
    if (last === undefined) this.firstInTrace[trace] = span;
    else this.nextInTrace[last] = span;
    this.lastInTrace[trace] = span;
    return span;
  }

  private grow(): void {
    this.capacity = Math.max(INITIAL_SPANS, 2 * this.capacity);
    const { capacity } = this;
    this.traces = larger(this.traces, new Int32Array(capacity));
    this.ids = larger(this.ids, new Uint32Array(WORDS_PER_SPAN * capacity));
    this.kinds = larger(this.kinds, new Uint8Array(capacity));
    this.digests = larger(this.digests, new Uint32Array(2 * capacity));
    this.blocks = larger(this.blocks, new Uint32Array(capacity));
    this.starts = larger(this.starts, new Uint32Array(2 * capacity));
    this.durations = larger(this.durations, new Float64Array(capacity));
    this.errors = larger(this.errors, new Uint8Array(capacity));
    this.nextInTrace = larger(this.nextInTrace, new Int32Array(capacity));
  }
}

const larger = <Numbers extends { set(source: Numbers): void }>(before: Numbers, after: Numbers): Numbers => {
  after.set(before);
  return after;
};
