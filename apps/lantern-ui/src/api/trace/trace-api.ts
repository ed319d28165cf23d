import type { TraceRequestJson } from '@lantern/otlp/json';
import type {
  CallDifference,
  CallTree,
  CriticalPath,
  GroupStatistics,
  ServiceTime,
  SpanTable,
  TraceId,
} from '@lantern/telemetry-model';
import type { Detection, DetectionKindInfo } from '@lantern/trace-analysis';

/**
 * Methods of the worker. It caches the traces that were viewed last, with all spans, and returns numeric columns and
 * the requested data of single spans, so that computation never blocks the main thread.
 */
export interface TraceApi {
  /** Undefined if the trace has not changed since `knownVersion`. */
  open(traceId: TraceId, knownVersion: string | undefined): TraceOverview | undefined;
  /** Returns the rows that contain the text. */
  find(traceId: TraceId, text: string): Uint32Array;
  /** Returns all data of the span in a row. */
  span(traceId: TraceId, row: number): TraceRequestJson;
  statistics(traceId: TraceId, groupBy: readonly GroupKey[]): NamedStatistics[];
  calls(traceId: TraceId): CallTree;
  /** Returns the rows sorted by a column. */
  sort(traceId: TraceId, by: SortColumn, direction: 1 | -1): Uint32Array;
  detections(traceId: TraceId): readonly NamedDetection[];
  /** Describes the trace as text. `baseUrl` is the origin of links in it. */
  describe(traceId: TraceId, baseUrl: string): string;
  compare(a: readonly TraceId[], b: readonly TraceId[]): TraceComparison;
  /** Returns the traces as a page of HTML that opens without Lantern; two of them with their comparison. */
  report(traceIds: readonly TraceId[]): string;
}

/** Detection with the name of its kind and what to do. */
export interface NamedDetection extends Detection, DetectionKindInfo {}

export interface TraceOverview {
  /** Version of the content. It changes when more of the trace arrives. */
  readonly version: string;
  readonly table: SpanTable;
  readonly self: Float64Array;
  /** Time of each span on the critical path, in nanoseconds. */
  readonly critical: Float64Array;
  readonly path: CriticalPath;
  readonly timeTaken: readonly ServiceTime[];
  readonly failure: Failure | undefined;
  readonly badges: BadgeColumns;
  /** Calls of generative models, those with most tokens first. */
  readonly modelUsage: readonly ModelUsage[];
  readonly events: EventColumns;
  /** Keys of span attributes, most frequent first. */
  readonly attributeKeys: readonly string[];
}

/** Origin of the failure, as far as the spans show it. */
export interface Failure {
  readonly row: number;
  /** Error message. Empty if the sender gave none. */
  readonly message: string;
  /** Number of other failed spans without failed descendants. */
  readonly others: number;
}

/** Calls of one model, with their tokens. */
export interface ModelUsage {
  readonly operation: string;
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Badges shown beside names, as indexes into `words`; 0 for none. */
export interface BadgeColumns {
  readonly words: readonly string[];
  readonly status: Uint32Array;
  readonly system: Uint32Array;
}

/** Events of all spans, sorted by row and then by time. */
export interface EventColumns {
  readonly row: Uint32Array;
  /** Nanoseconds since the start of the trace. */
  readonly time: Float64Array;
  readonly isException: Uint8Array;
  /** One-line descriptions. */
  readonly texts: readonly string[];
}

/** Key to group by. Attribute keys have the prefix `.`, so that none equals the name of a field. */
export type GroupKey = 'service' | 'operation' | 'kind' | 'status' | `.${string}`;

export interface NamedStatistics extends GroupStatistics {
  /** One value per key. Undefined if the spans lack it. */
  readonly values: readonly (string | undefined)[];
}

export type SortColumn = 'row' | 'service' | 'operation' | 'start' | 'duration' | 'self' | 'critical';

export interface TraceComparison {
  readonly differences: readonly CallDifference[];
  readonly a: readonly ComparedTrace[];
  readonly b: readonly ComparedTrace[];
}

export interface ComparedTrace {
  readonly traceId: TraceId;
  /** File that the trace was opened from. Undefined for a trace of Lantern. */
  readonly file: string | undefined;
  /** Service of the first span. Empty without spans. */
  readonly service: string;
  readonly operation: string;
  readonly startUnixNano: bigint;
  readonly durationNano: number;
  readonly spanCount: number;
  readonly errorCount: number;
}
