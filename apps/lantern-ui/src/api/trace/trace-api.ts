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

/**
 * What the worker does for the pages. It keeps the traces that were looked at last, spans and all; what it hands over
 * are columns of numbers and what was asked for of single spans, so that a page stays light and never waits for a
 * computation.
 */
export interface TraceApi {
  /** Undefined when the trace is still as it was in `knownVersion`. */
  open(traceId: TraceId, knownVersion: string | undefined): TraceOverview | undefined;
  /** The rows that contain the text. */
  find(traceId: TraceId, text: string): Uint32Array;
  /** Everything that arrived about the span in a row. */
  span(traceId: TraceId, row: number): TraceRequestJson;
  statistics(traceId: TraceId, groupBy: readonly GroupKey[]): NamedStatistics[];
  calls(traceId: TraceId): CallTree;
  /** Rows by a column. */
  sort(traceId: TraceId, by: SortColumn, direction: 1 | -1): Uint32Array;
  compare(a: readonly TraceId[], b: readonly TraceId[]): TraceComparison;
}

export interface TraceOverview {
  /** Tells its content: another one when more of the trace has arrived. */
  readonly version: string;
  readonly table: SpanTable;
  readonly self: Float64Array;
  /** How long each span was on the critical path, in nanoseconds. */
  readonly critical: Float64Array;
  readonly path: CriticalPath;
  readonly timeTaken: readonly ServiceTime[];
  readonly failure: Failure | undefined;
  readonly badges: BadgeColumns;
  readonly events: EventColumns;
  /** Keys of span attributes, the most frequent first. */
  readonly attributeKeys: readonly string[];
}

/** Where it began, as far as the trace tells. */
export interface Failure {
  readonly row: number;
  /** Empty when the sender gave none. */
  readonly message: string;
  /** How many more spans failed without a failed span below them. */
  readonly others: number;
}

/** Short facts beside names; places in `words`, 0 for none. */
export interface BadgeColumns {
  readonly words: readonly string[];
  readonly status: Uint32Array;
  readonly system: Uint32Array;
}

/** All events of all spans, by row and then by time. */
export interface EventColumns {
  readonly row: Uint32Array;
  /** Nanoseconds since the start of the trace. */
  readonly time: Float64Array;
  readonly isException: Uint8Array;
  /** One line that says what happened. */
  readonly texts: readonly string[];
}

/** Attributes are named with a `.` before their key, so that none of them is taken for a field. */
export type GroupKey = 'service' | 'operation' | 'kind' | 'status' | `.${string}`;

export interface NamedStatistics extends GroupStatistics {
  /** One value a key. Undefined where the spans have none. */
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
  /** File that the trace was opened from; undefined for Lantern's copy. */
  readonly file: string | undefined;
  /** Empty without spans. */
  readonly service: string;
  readonly operation: string;
  readonly startUnixNano: bigint;
  readonly durationNano: number;
  readonly spanCount: number;
  readonly errorCount: number;
}
