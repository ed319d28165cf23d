import type { CheckedTraceRequest } from '@lantern/otlp';
import type {
  DependencyLink,
  DurationNano,
  SpanInContext,
  SpanKind,
  TimeRange,
  Trace,
  TraceId,
  TraceOrder,
  UnixNano,
} from '@lantern/telemetry-model';
import type { EncodedTrace } from './encoded-trace.js';

/** An operation of a service: its spans share name and kind. */
export interface Operation {
  readonly name: string;
  readonly kind: SpanKind;
}

/**
 * Which traces to find. A trace matches when **one single span** of it satisfies every condition that is
 * given; the answer then holds the whole trace, also spans outside the range.
 */
export interface TraceQuery {
  readonly service?: string;
  /** Exact span name. */
  readonly operation?: string;
  /**
   * Attribute name to the text form of its value. Each one may match in the span's attributes, its scope's,
   * its resource's, or those of any of its events or links. Reserved names, as in Jaeger: `error`
   * (`true`/`false`: status ERROR or not), `span.status` (`OK`/`ERROR`/`UNSET`), `span.kind`, these three in any
   * case, `scope.name`, `scope.version`, and the prefix `resource.` (resource attributes only).
   */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of the matching span. Inclusive. */
  readonly minDurationNano?: DurationNano;
  /** Of the matching span. Inclusive. */
  readonly maxDurationNano?: DurationNano;
  /** Any further condition on the matching span. It is asked last; what it throws ends the search, and is thrown. */
  readonly where?: (candidate: SpanInContext) => boolean;
  /** Of the whole trace, from its earliest start to its latest end. Inclusive. */
  readonly minTraceDurationNano?: DurationNano;
  /** Of the whole trace. Inclusive. */
  readonly maxTraceDurationNano?: DurationNano;
  /** The start of the matching span lies in it. */
  readonly range: TimeRange;
  /** Order of the answer. Default: `recent`. */
  readonly orderBy?: TraceOrder;
  /** Only traces that come after this place in the order of the answer. */
  readonly after?: TraceCursor;
  /** How many traces at the most; at least 1. */
  readonly limit: number;
}

/** Counts memory that a caller of the store comes to hold, and throws when that is too much: then reading ends. */
export type HoldBytes = (bytes: number) => void;

/** Trace that a search finds, and its place: the next page begins after the place of the last one. */
export interface PlacedTrace {
  readonly trace: EncodedTrace;
  readonly place: TraceCursor;
}

/** Place of a trace in the order of {@link TraceStore.findTraces}. */
export interface TraceCursor {
  /** What {@link TraceQuery.orderBy} compares, greatest first, see {@link rankOf}. Always 0 for `recent`. Default: 0. */
  readonly rank?: bigint;
  /** Of the trace's newest matching span. */
  readonly startUnixNano: UnixNano;
  readonly traceId: TraceId;
}

/**
 * Latencies and their counts, ascending. An engine may give the mean of latencies that are within a sixteenth of each
 * other. Equal latencies are exact.
 *
 * ```
 * 5 ms, 5 ms, 80 ms  →  [[5e6, 2], [80e6, 1]]
 * ```
 */
export type LatencyCounts = readonly (readonly [latencyNanos: number, count: number])[];

export interface RedQuery {
  readonly services: readonly string[];
  readonly kinds: readonly SpanKind[];
  /** Both ends are multiples of 10 s; the second does not belong to it. Of a period that it cuts, its part counts. */
  readonly range: TimeRange;
  /** The width of a period: a multiple of 10 s, counted from 1970. */
  readonly periodNano: DurationNano;
}

/** Rate, errors and duration of an operation's spans that started in one period. */
export interface RedCell {
  readonly service: string;
  readonly operation: string;
  readonly kind: SpanKind;
  /** When the period begins: a multiple of its width. */
  readonly periodStartUnixNano: UnixNano;
  /** At least 1: a period without spans has no cell. */
  readonly calls: number;
  /** Spans with status ERROR. */
  readonly errors: number;
  readonly latencies: LatencyCounts;
}

/** A dependency with the time that its calls took on the called side. */
export interface CallEdge extends DependencyLink {
  readonly latencies: LatencyCounts;
}

export interface TraceStoreStats {
  /** That a search can find, as `spans`: of an archived trace, not what only the archive keeps. */
  readonly traces: number;
  readonly spans: number;
  /** What the engine's data occupies, as far as it is bounded by the engine's limit. */
  readonly bytes: number;
  /** Spans that were dropped to keep within the limit, since the start. */
  readonly evictedSpans: number;
}

/**
 * Keeps spans and answers every question that the query APIs ask about them.
 *
 * - A write counts when the promise of {@link append} fulfils: from then on every query sees the spans.
 * - What a query returns belongs to the caller; the store never changes it afterwards.
 * - "Not found" and "none" are empty answers, never errors. Errors mean that the engine itself failed.
 * - Spans of one trace may arrive in any order, in any number of requests, from any number of services.
 *   A trace comes back with one group for each distinct resource and, in it, one for each distinct scope.
 * - A duplicate is kept once: the same message of a span under the same resource and scope, as a resent request brings
 *   it. Other spans of the same ids are kept, as Jaeger keeps them: a span may be sent while it runs and again when it
 *   has ended. Of those that share their kind too, the first counts as a call between services.
 * - What is derived (services, operations, dependencies) disappears with the spans it came from.
 */
export interface TraceStore {
  /**
   * Keeps the spans of a request.
   *
   * @param request checked and sanitized. Its bytes belong to the store, which may keep them without a copy.
   * @throws TypeError when spans of the request have invalid IDs
   */
  append(request: CheckedTraceRequest): Promise<void>;

  getTrace(traceId: TraceId): Promise<Trace | undefined>;

  /**
   * The same trace, its spans as their messages, in the same order: for answers that are quicker made without a
   * model. Unlike there, a span that arrived twice may come twice.
   *
   * @param hold is told of the memory that the trace keeps, before more of it is read
   */
  getEncodedTrace(traceId: TraceId, hold?: HoldBytes): Promise<EncodedTrace | undefined>;

  /**
   * Keeps a trace for good. {@link getTrace} finds it also when all that is as old as it is gone, with the spans
   * that arrived after it was archived; everything else forgets it with its age. Archived traces may take half of
   * what the store may keep.
   *
   * @returns false when there is no such trace
   * @throws ArchiveFullError when there is no room for it
   */
  archiveTrace(traceId: TraceId): Promise<boolean>;

  /** In the order of {@link TraceQuery.orderBy} over all traces that match, whatever the limit. */
  findTraces(query: TraceQuery): Promise<Trace[]>;

  /**
   * Reads the same traces in the same order, each as {@link getEncodedTrace} gives it. A trace is read when it is asked
   * for, so a caller that is slow holds one trace, with the pieces of the blocks that it lies in.
   */
  eachTrace(query: TraceQuery, hold?: HoldBytes): AsyncGenerator<PlacedTrace, void>;

  /** How many traces match, whatever the query says of `limit`, `orderBy` and `after`. */
  countTraces(query: TraceQuery): Promise<number>;

  /** Sorted by name. */
  services(): Promise<string[]>;

  /** Sorted by name, then kind. */
  operations(service: string): Promise<Operation[]>;

  /**
   * One link per pair of different services, over the called spans that started in `range` (their callers need
   * not have); sorted by parent, then child. A call within one service is no dependency.
   */
  dependencies(range: TimeRange): Promise<DependencyLink[]>;

  /** The same links as {@link dependencies}, in the same order, with latencies. */
  callEdges(range: TimeRange): Promise<CallEdge[]>;

  /** Sorted by service, operation, kind and period. */
  redMetrics(query: RedQuery): Promise<RedCell[]>;

  stats(): Promise<TraceStoreStats>;

  /** Idempotent. No other method may be called afterwards. */
  close(): Promise<void>;
}
