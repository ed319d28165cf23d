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

/** Operation of a service: a span name and a kind. */
export interface Operation {
  readonly name: string;
  readonly kind: SpanKind;
}

/**
 * Query for traces. A trace matches when **one single span** of it satisfies every given condition. The answer has the
 * whole trace, including spans outside the range.
 */
export interface TraceQuery {
  readonly service?: string;
  /** Exact span name. */
  readonly operation?: string;
  /**
   * Attribute name to the text form of its value. Each one may match in the attributes of the span, its scope, its
   * resource, or any of its events or links. Reserved names, as in Jaeger: `error` (`true`/`false`: status ERROR or
   * not), `span.status` (`OK`/`ERROR`/`UNSET`), `span.kind`, these three in any case, `scope.name`, `scope.version`,
   * and the prefix `resource.` (resource attributes only).
   */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Minimum duration of the matching span, inclusive. */
  readonly minDurationNano?: DurationNano;
  /** Maximum duration of the matching span, inclusive. */
  readonly maxDurationNano?: DurationNano;
  /**
   * Additional condition on the matching span, checked last. An error that it throws ends the search and is rethrown.
   */
  readonly where?: (candidate: SpanInContext) => boolean;
  /** Minimum duration of the whole trace, from its earliest start to its latest end, inclusive. */
  readonly minTraceDurationNano?: DurationNano;
  /** Maximum duration of the whole trace, inclusive. */
  readonly maxTraceDurationNano?: DurationNano;
  /** Range that contains the start of the matching span. */
  readonly range: TimeRange;
  /** Order of the answer. Default: `recent`. */
  readonly orderBy?: TraceOrder;
  /** Cursor: only traces after this place in the order of the answer are returned. */
  readonly after?: TraceCursor;
  /** Maximum number of traces; at least 1. */
  readonly limit: number;
}

/** Counts memory that the caller will hold. Throws when a limit is exceeded, which ends the read. */
export type HoldBytes = (bytes: number) => void;

/** Trace that a search found, with its place. The next page begins after the place of the last trace. */
export interface PlacedTrace {
  readonly trace: EncodedTrace;
  readonly place: TraceCursor;
}

/** Place of a trace in the order of {@link TraceStore.findTraces}. */
export interface TraceCursor {
  /** Rank under {@link TraceQuery.orderBy}, greatest first, see {@link rankOf}. Always 0 for `recent`. Default: 0. */
  readonly rank?: bigint;
  /** Start of the trace's newest matching span. */
  readonly startUnixNano: UnixNano;
  readonly traceId: TraceId;
}

/**
 * Latencies and their counts, ascending. A store may merge latencies within a sixteenth of each other into their mean.
 * The mean of equal latencies is exact.
 *
 * ```
 * 5 ms, 5 ms, 80 ms  →  [[5e6, 2], [80e6, 1]]
 * ```
 */
export type LatencyCounts = readonly (readonly [latencyNanos: number, count: number])[];

export interface RedQuery {
  readonly services: readonly string[];
  readonly kinds: readonly SpanKind[];
  /** Start inclusive, end exclusive, both multiples of 10 s. A period that the range cuts is counted in part. */
  readonly range: TimeRange;
  /** Width of a period: a multiple of 10 s. Periods are counted from 1970. */
  readonly periodNano: DurationNano;
}

/** Rate, errors and duration of an operation's spans that started in one period. */
export interface RedCell {
  readonly service: string;
  readonly operation: string;
  readonly kind: SpanKind;
  /** Start of the period: a multiple of its width. */
  readonly periodStartUnixNano: UnixNano;
  /** Number of calls, at least 1: a period without spans has no cell. */
  readonly calls: number;
  /** Number of spans with status ERROR. */
  readonly errors: number;
  readonly latencies: LatencyCounts;
}

/** Dependency with the latencies of its calls, measured by the called spans. */
export interface CallEdge extends DependencyLink {
  readonly latencies: LatencyCounts;
}

export interface TraceStoreStats {
  /** Number of traces that a search can find. Like `spans`, it excludes spans that only the archive has. */
  readonly traces: number;
  readonly spans: number;
  /** Size, in bytes, of the data that the store's limit applies to. */
  readonly bytes: number;
  /** Number of spans that were evicted to stay within the limit, since the start. */
  readonly evictedSpans: number;
}

/**
 * Stores spans and answers the queries of the APIs.
 *
 * - A write is visible to every query as soon as the promise of {@link append} fulfills.
 * - The caller owns the result of a query; the store never changes it afterwards.
 * - "Not found" and "none" are empty answers, never errors. An error means that the store itself failed.
 * - Spans of one trace may arrive in any order, in any number of requests, from any number of services.
 *   A trace is returned with one group for each distinct resource and, in it, one for each distinct scope.
 * - A duplicate is kept once: the same message of a span under the same resource and scope, as a retried request sends
 *   it. Other spans with the same IDs are kept, as in Jaeger: an exporter may send a span while it runs and again after
 *   it has ended. Of those that also share their kind, the first counts as a call between services.
 * - Derived data (services, operations, dependencies) is removed with the spans that it came from.
 */
export interface TraceStore {
  /**
   * Stores the spans of a request.
   *
   * @param request checked and sanitized. The store owns its bytes and may keep them without a copy.
   * @throws TypeError when spans of the request have invalid IDs
   */
  append(request: CheckedTraceRequest): Promise<void>;

  getTrace(traceId: TraceId): Promise<Trace | undefined>;

  /**
   * Returns the same trace with its spans as protobuf messages, in the same order, for answers that are faster to build
   * without a model. Unlike in {@link getTrace}, a duplicate span may appear twice.
   *
   * @param hold called with the memory that the trace keeps, before more of it is read
   */
  getEncodedTrace(traceId: TraceId, hold?: HoldBytes): Promise<EncodedTrace | undefined>;

  /**
   * Archives a trace without a maximum age. {@link getTrace} still finds it after all blocks of its age are evicted,
   * including spans that arrived after it was archived; all other queries omit it then. Archived traces may use half of
   * the store's limit.
   *
   * @param hold as for {@link getEncodedTrace}
   * @returns false when there is no such trace
   * @throws ArchiveFullError when there is no room for it
   */
  archiveTrace(traceId: TraceId, hold?: HoldBytes): Promise<boolean>;

  /** Returns the first traces in the order of {@link TraceQuery.orderBy} over all matching traces. */
  findTraces(query: TraceQuery): Promise<Trace[]>;

  /**
   * Reads the same traces in the same order, each as {@link getEncodedTrace} returns it. A trace is read when the
   * caller requests it, so a slow caller holds one trace and the chunks of the blocks that it is in.
   */
  eachTrace(query: TraceQuery, hold?: HoldBytes): AsyncGenerator<PlacedTrace, void>;

  /** Returns the number of matching traces. Ignores `limit`, `orderBy` and `after`. */
  countTraces(query: TraceQuery): Promise<number>;

  /** Returns the names of all services, sorted. */
  services(): Promise<string[]>;

  /** Returns the operations of a service, sorted by name, then kind. */
  operations(service: string): Promise<Operation[]>;

  /**
   * Returns one link for each pair of different services, over the called spans that started in `range` (their callers
   * may have started outside it); sorted by parent, then child. A call within one service is not a dependency.
   */
  dependencies(range: TimeRange): Promise<DependencyLink[]>;

  /** Returns the links of {@link dependencies}, in the same order, with latencies. */
  callEdges(range: TimeRange): Promise<CallEdge[]>;

  /** Returns RED metrics sorted by service, operation, kind and period. */
  redMetrics(query: RedQuery): Promise<RedCell[]>;

  stats(): Promise<TraceStoreStats>;

  /**
   * Deletes all spans, archived traces and derived data. Afterwards the store answers like an empty one, also when it is opened
   * again; counters since the start go on. Waits for running appends; a concurrent append is kept or deleted as a whole.
   *
   * @throws WriteError when the file accepts no writes; some of the spans may be deleted
   */
  clear(): Promise<void>;

  /** Idempotent. No other method may be called afterwards. */
  close(): Promise<void>;
}
